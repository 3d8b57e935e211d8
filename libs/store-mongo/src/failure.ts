/** The driver's errors as ours. */
import { DaCapoError } from '@dacapo/contracts';
import { MongoError } from 'mongodb';

/** Runs calls of the driver; whatever the server or the way to it did wrong may be tried again. */
export async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    throw new DaCapoError('STORE_UNAVAILABLE', `MongoDB: ${what}: ${cause.message}`, { cause });
  }
}
