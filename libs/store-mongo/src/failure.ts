/** The driver's errors as ours. */
import { DaCapoError } from '@dacapo/contracts';
import { MongoError, MongoInvalidArgumentError } from 'mongodb';

/** BSONObjectTooLarge. */
const tooLarge = 10334;

/** Runs calls of the driver; whatever the server or the way to it did wrong may be tried again, a document that is too large may not. */
export async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    if (cause instanceof MongoInvalidArgumentError || cause.code === tooLarge) {
      throw new DaCapoError('PAYLOAD_TOO_LARGE', `MongoDB: ${what}: ${cause.message}`, { cause });
    }
    throw new DaCapoError('STORE_UNAVAILABLE', `MongoDB: ${what}: ${cause.message}`, { cause });
  }
}
