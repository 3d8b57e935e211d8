/** Reads a JSON object of a client field by field, so that nothing of it gets further than what has a name here. Unknown ones are ignored. */
import type { JsonObject } from '@dacapo/contracts';
import type { Violation } from '@dacapo/definitions';

import { invalid, violated } from '../errors/request-error.js';
import { limits } from '../limits.js';

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A body that must be an object. */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw invalid(`${what} must be a JSON object`);
}

export class Fields {
  private readonly violations: Violation[] = [];

  constructor(
    private readonly source: Record<string, unknown>,
    private readonly path = '',
  ) {}

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  /** Null counts as absent. */
  value(name: string): unknown {
    return Object.hasOwn(this.source, name) ? (this.source[name] ?? undefined) : undefined;
  }

  isNull(name: string): boolean {
    return Object.hasOwn(this.source, name) && this.source[name] === null;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.refuse(name, `${name} must be a text`);
  }

  requiredText(name: string, message: string): string {
    const value = this.value(name);
    if (value === undefined || value === '') this.refuse(name, message);
    return this.text(name) ?? '';
  }

  /** Jackson reads `"5"` and `5.9` as 5, and clients rely on it. */
  integer(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(Math.trunc(number))) return Math.trunc(number);
    return this.refuse(name, `${name} must be a number`);
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    if (value === 'true' || value === 'false') return value === 'true';
    this.refuse(name, `${name} must be true or false`);
    return false;
  }

  map(name: string): JsonObject | undefined {
    const value = this.value(name);
    if (value === undefined || isObject(value)) return value;
    return this.refuse(name, `${name} must be an object`);
  }

  texts(name: string): Readonly<Record<string, string>> | undefined {
    const map = this.map(name);
    if (map === undefined || Object.values(map).every((value) => typeof value === 'string'))
      return map as Readonly<Record<string, string>> | undefined;
    return this.refuse(name, `${name} must be an object of texts`);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.value(name);
    if (value === undefined || Array.isArray(value)) return value;
    return this.refuse(name, `${name} must be a list`);
  }

  oneOf<const T extends readonly string[]>(name: string, values: T): T[number] | undefined {
    const value = this.text(name);
    if (value === undefined || values.includes(value)) return value;
    return this.refuse(name, `${name} must be one of ${values.join(', ')}`);
  }

  refuse(name: string, message: string): undefined {
    if (this.violations.length >= limits.violations) return undefined;
    const value = this.value(name);
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const invalidValue = isScalar ? { invalidValue: String(value).slice(0, limits.quotedCharacters) } : {};
    this.violations.push({ path: `${this.path}${name}`, message, ...invalidValue });
    return undefined;
  }

  /** Throws when something was refused. */
  end(): void {
    if (this.violations.length > 0) throw violated(this.violations);
  }
}
