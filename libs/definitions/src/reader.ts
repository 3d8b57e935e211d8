/**
 * Reads one JSON object field by field: the wanted type, the default of an absent field, or a violation with the path.
 * After a violation a harmless value is returned, so that reading goes on and every fault is found in one pass.
 */
import { isJsonMap, valueFault } from './json-value.js';
import { INT_MAX, INT_MIN, LONG_MAX } from './limits.js';
import type { JsonMap } from './model.js';
import { fieldOf, itemOf, refuse, type Place, type Report } from './violations.js';

/** A JSON object that is being read, and where it stands. */
export interface Source {
  readonly raw: JsonMap;
  readonly place: Place | undefined;
  readonly report: Report;
}

export interface NumberRule {
  readonly fallback?: number;
  /** What an explicit null means; Conductor reads it as the primitive's zero. */
  readonly whenNull?: number;
  readonly min?: number;
  readonly message?: (value: number) => string;
}

export function fieldValue(source: Source, field: string): unknown {
  return Object.hasOwn(source.raw, field) ? source.raw[field] : undefined;
}

export function refuseField(source: Source, field: string, message: string): void {
  refuse(source.report, { place: fieldOf(source.place, field), message, value: fieldValue(source, field) });
}

/** Absent and null both mean absent. */
export function text(source: Source, field: string): string | undefined {
  const value = fieldValue(source, field);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  refuseField(source, field, `${field} must be a text`);
  return undefined;
}

/** An absent, null or empty text is refused with the given message. */
export function requiredText(source: Source, field: string, message: string): string {
  const value = fieldValue(source, field);
  if (value === undefined || value === null || value === '') refuseField(source, field, message);
  return text(source, field) ?? '';
}

export function flag(source: Source, field: string, fallback: boolean): boolean {
  const value = fieldValue(source, field);
  if (value === undefined) return fallback;
  return value === null ? false : (optionalFlag(source, field) ?? fallback);
}

export function optionalFlag(source: Source, field: string): boolean | undefined {
  const value = fieldValue(source, field);
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  refuseField(source, field, `${field} must be true or false`);
  return undefined;
}

export function int(source: Source, field: string, rule: NumberRule = {}): number {
  return wholeNumber(source, field, { min: INT_MIN, max: INT_MAX }, rule);
}

export function long(source: Source, field: string, rule: NumberRule = {}): number {
  return wholeNumber(source, field, { min: -LONG_MAX, max: LONG_MAX }, rule);
}

/** Null means absent. */
export function optionalInt(source: Source, field: string, rule: NumberRule = {}): number | undefined {
  const value = fieldValue(source, field);
  return value === undefined || value === null ? undefined : int(source, field, rule);
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function wholeNumber(source: Source, field: string, range: Range, rule: NumberRule): number {
  const value = fieldValue(source, field);
  if (value === undefined) return rule.fallback ?? 0;
  const given = value === null ? (rule.whenNull ?? 0) : value;
  if (typeof given !== 'number' || !Number.isInteger(given) || given < range.min || given > range.max) {
    refuseField(source, field, `${field} must be a whole number from ${range.min} to ${range.max}`);
    return rule.fallback ?? 0;
  }
  if (rule.min !== undefined && given < rule.min) {
    refuseField(source, field, rule.message?.(given) ?? `must be greater than or equal to ${rule.min}`);
  }
  // JSON knows -0; nothing in a definition means it.
  return given === 0 ? 0 : given;
}

export function optionalOneOf<T extends string>(source: Source, field: string, values: readonly T[]): T | undefined {
  const value = fieldValue(source, field);
  if (value === undefined || value === null) return undefined;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) refuseField(source, field, `${field} must be one of ${values.join(', ')}`);
  return found;
}

/** A free-form object, kept as it is. */
export function optionalMap(source: Source, field: string): JsonMap | undefined {
  const value = fieldValue(source, field);
  if (value === undefined || value === null) return undefined;
  if (!isJsonMap(value)) {
    refuseField(source, field, `${field} must be an object`);
    return undefined;
  }
  const fault = valueFault(value);
  if (fault === undefined) return value;
  refuseField(source, field, `${field} ${fault}`);
  return undefined;
}

export function map(source: Source, field: string): JsonMap {
  return optionalMap(source, field) ?? {};
}

export function object<T>(source: Source, field: string, read: (child: Source) => T): T | undefined {
  const value = fieldValue(source, field);
  if (value === undefined || value === null) return undefined;
  return readObject(source.report, { value, place: fieldOf(source.place, field) }, read);
}

interface Placed {
  readonly value: unknown;
  readonly place: Place | undefined;
}

export function readObject<T>(report: Report, { value, place }: Placed, read: (child: Source) => T): T | undefined {
  if (isJsonMap(value)) return read({ raw: value, place, report });
  refuse(report, { place, message: 'must be an object', value });
  return undefined;
}

/** A list of texts. */
export function texts(source: Source, field: string): readonly string[] {
  return list(source, field, (item) => {
    if (typeof item.value === 'string') return item.value;
    refuse(source.report, { ...item, message: `${field} must contain only texts` });
    return undefined;
  });
}

/** A list of objects. */
export function objects<T>(source: Source, field: string, read: (child: Source) => T): readonly T[] {
  return list(source, field, (item) => readObject(source.report, item, read));
}

/** A list of anything; what the item reader refuses (undefined) is left out. */
export function list<T>(source: Source, field: string, read: (item: Placed) => T | undefined): readonly T[] {
  const value = fieldValue(source, field);
  if (value === undefined || value === null) return [];
  return readList(source.report, { value, place: fieldOf(source.place, field) }, read);
}

export function readList<T>(
  report: Report,
  { value, place }: Placed,
  read: (item: Placed) => T | undefined,
): readonly T[] {
  if (!Array.isArray(value)) {
    refuse(report, { place, message: 'must be a list', value });
    return [];
  }
  return value
    .map((item: unknown, index) => read({ value: item, place: itemOf(place, index) }))
    .filter((item) => item !== undefined);
}

/** An object used as a map, in the order of its keys. The result has only own properties, whatever the keys are called. */
export function mapOf<T>(
  source: Source,
  field: string,
  read: (item: Placed) => T | undefined,
): Readonly<Record<string, T>> | undefined {
  return object(source, field, (child) => {
    if (Object.hasOwn(child.raw, '__proto__'))
      refuseField(source, field, `${field} must not contain the key __proto__`);
    const entries: [string, T][] = [];
    for (const [key, value] of Object.entries(child.raw)) {
      const item = read({ value, place: itemOf(child.place, key) });
      if (item !== undefined) entries.push([key, item]);
    }
    // fromEntries defines properties where an assignment would run the setter of `__proto__`.
    return Object.fromEntries(entries);
  });
}

/** Leaves out what is undefined, as Conductor leaves out null. */
export function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
