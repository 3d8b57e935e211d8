import { unsupported } from './refusal.js';

export type Primitive = string | number | boolean | null | undefined;

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Refuses objects: their conversion calls methods and prints dates, which is the sandbox's business. */
export function primitiveOf(value: unknown): Primitive {
  if (isPrimitive(value)) return value;
  throw unsupported('An object used as a text or a number');
}

export function isPrimitive(value: unknown): value is Primitive {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value);
}
