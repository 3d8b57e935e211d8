import { VALUE_DEPTH_MAX } from './limits.js';
import type { JsonMap } from './model.js';

export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why a free-form value cannot be kept exactly or safely, or undefined when it can. */
export function valueFault(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'contains a number that is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= VALUE_DEPTH_MAX) return `must not be nested more than ${VALUE_DEPTH_MAX} levels deep`;
  // An own `__proto__` key survives JSON.parse and turns into a prototype in the first careless copy.
  if (Object.hasOwn(value, '__proto__')) return 'must not contain the key __proto__';
  for (const child of Object.values(value)) {
    const fault = valueFault(child, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
