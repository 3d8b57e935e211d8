/** Query parameters: one value each, of the right type, or 400. */
import { invalid } from '../errors/request-error.js';
import { limits } from '../limits.js';

export type QueryValues = Readonly<Record<string, string | readonly string[] | undefined>>;

export function textOf(query: QueryValues, name: string): string | undefined {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`${name} must be given once`);
}

/** Absent and empty are the same, as in Conductor. */
export function nameOf(
  query: QueryValues,
  name: string,
  lengthMax: number = limits.nameCharacters,
): string | undefined {
  const value = textOf(query, name);
  if (value !== undefined && value.length > lengthMax)
    throw invalid(`${name} must not be longer than ${lengthMax} characters`);
  return value === '' ? undefined : value;
}

export function textsOf(query: QueryValues, name: string): readonly string[] {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  return values.flatMap((each) => each.split(',')).filter((each) => each !== '');
}

export interface IntegerRule {
  readonly min?: number;
  readonly max?: number;
  readonly message?: string;
}

export function integerOf(query: QueryValues, name: string, rule: IntegerRule = {}): number | undefined {
  const text = textOf(query, name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^[+-]?\d{1,16}$/.test(text) || !Number.isSafeInteger(value))
    throw invalid(`${name} must be a whole number, not '${text.slice(0, limits.quotedCharacters)}'`);
  const { min, max } = rule;
  if (min !== undefined && value < min) throw invalid(rule.message ?? `${name} must be at least ${min}, not ${value}`);
  if (max !== undefined && value > max) throw invalid(rule.message ?? `${name} must be at most ${max}, not ${value}`);
  return value;
}

export function flagOf(query: QueryValues, name: string, fallback: boolean): boolean {
  const text = textOf(query, name);
  if (text === undefined || text === '') return fallback;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw invalid(`${name} must be true or false, not '${text.slice(0, limits.quotedCharacters)}'`);
}
