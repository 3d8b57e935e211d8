/** Small questions to a task's input, which is whatever a user wrote. */
import type { JsonObject } from '@dacapo/contracts';

export function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own value under the key; null counts as absent. */
export function own(map: JsonObject, key: string): unknown {
  return Object.hasOwn(map, key) ? (map[key] ?? undefined) : undefined;
}

export function firstOf(map: JsonObject, ...keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = own(map, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A text as it is, a number or boolean as text; undefined for the rest and for what is blank. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A number, or a text that is one: SDKs send `"60"` as well as 60. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}(\.\d{1,6})?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
