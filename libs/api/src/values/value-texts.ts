/** Names and texts of secrets and environment values, as they come in (contract 1.2.7). */
import { invalid } from '../errors/request-error.js';
import { limits } from '../limits.js';

const nameCharacters = /^[A-Za-z0-9_-]+$/;

export function valueName(key: string): string {
  if (key.length <= limits.idCharacters && nameCharacters.test(key)) return key;
  throw invalid(`A name has letters, digits, _ and -, at most ${limits.idCharacters} of them`);
}

/** The raw body, whatever its content type says. */
export function valueText(body: unknown): string {
  const text = typeof body === 'string' ? body : '';
  if (text === '') throw invalid('The value must not be empty');
  if (text.length > limits.valueCharacters)
    throw invalid(`The value must not be longer than ${limits.valueCharacters} characters`);
  return text;
}
