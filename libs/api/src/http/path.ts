/** Path parameters that become ids or names. */
import { limits } from '../limits.js';
import { invalid } from '../errors/request-error.js';

/** An id that is too long cannot exist; it is cut in no message, so it is refused here. */
export function idOf(value: string | undefined, what: string, lengthMax: number = limits.idCharacters): string {
  if (value === undefined || value.trim() === '') throw invalid(`${what} cannot be null or empty.`);
  if (value.length > lengthMax) throw invalid(`${what} must not be longer than ${lengthMax} characters`);
  return value;
}
