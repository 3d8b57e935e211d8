import { DaCapoError } from '@dacapo/contracts';

export function unavailable(message: string, cause?: unknown): DaCapoError {
  return new DaCapoError('JOURNAL_UNAVAILABLE', message, cause === undefined ? undefined : { cause });
}
