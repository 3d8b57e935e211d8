/** A compiled schema: what has to hold of a value, as functions that were made once. Nothing of it is generated code. */
import type { Budget } from '@dacapo/expressions';

/** Where a value stands in the whole, linked towards the root: only a violation needs it as text. */
export interface At {
  readonly parent: At | undefined;
  readonly step: string | number;
}

export interface Fault {
  readonly at: At | undefined;
  readonly message: string;
}

/** One check of one value. */
export interface Run {
  readonly budget: Budget;
  depth: number;
}

export type Check = (value: unknown, at: At | undefined, run: Run) => Fault | undefined;

export interface SchemaNode {
  readonly checks: Check[];
  /** Subschemas that look at the same value: a circle of them would have no end. */
  readonly inPlace: SchemaNode[];
}

/** What a keyword may ask for while it is compiled. */
export interface Kit {
  /** The subschema that the keyword stands in. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Compiles a subschema; `steps` lead to it from here. */
  sub(raw: unknown, ...steps: readonly (string | number)[]): SchemaNode;
  /** The same for one that looks at the same value. */
  same(raw: unknown, ...steps: readonly (string | number)[]): SchemaNode;
  search(pattern: unknown, ...steps: readonly (string | number)[]): (text: string, run: Run) => boolean;
  refuse(message: string, ...steps: readonly (string | number)[]): never;
}

/** Undefined when the keyword demands nothing. */
export type Keyword = (value: unknown, kit: Kit) => Check | undefined;

export type SchemaErrorCode =
  'SCHEMA_INVALID' | 'SCHEMA_UNSUPPORTED' | 'SCHEMA_TOO_DEEP' | 'SCHEMA_TOO_LARGE' | 'SCHEMA_TOO_EXPENSIVE';

/** Thrown within this folder only. */
export class SchemaError extends Error {
  constructor(
    readonly code: SchemaErrorCode,
    message: string,
    /** From the schema's root, `properties.a.items`; empty for the root, and when a value and not the schema was too much. */
    readonly path = '',
  ) {
    super(message);
    this.name = 'SchemaError';
  }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
