/**
 * A shape is a JSON Schema (draft-07) and its TypeScript type in one value, so that `schemas/` and the types cannot
 * disagree. It knows only what commands and events need; anything richer belongs to the edge.
 */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /** Only for inference; never present at run time. */
  readonly type?: T;
}

export type JsonSchema = Readonly<Record<string, unknown>>;
export type JsonObject = Readonly<Record<string, unknown>>;
export type Infer<S> = S extends Shape<infer T> ? T : never;

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type Flat<T> = { readonly [K in keyof T]: T[K] };
type ObjectOf<R extends Shapes, O extends Shapes> = Flat<
  { readonly [K in keyof R]: Infer<R[K]> } & { readonly [K in keyof O]?: Infer<O[K]> }
>;

export const text: Shape<string> = { schema: { type: 'string' } };
export const integer: Shape<number> = { schema: { type: 'integer' } };
export const flag: Shape<boolean> = { schema: { type: 'boolean' } };
/** A user's JSON object: any keys, any values. */
export const map: Shape<JsonObject> = { schema: { type: 'object' } };
/** Any JSON value. */
export const anything: Shape<unknown> = { schema: {} };

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return { schema: { type: 'array', items: item.schema } };
}

export function mapOf<T>(value: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return { schema: { type: 'object', additionalProperties: value.schema } };
}

export function oneOf<const T extends readonly string[]>(...values: T): Shape<T[number]> {
  return { schema: { type: 'string', enum: values } };
}

/** An object with exactly these properties: the second argument names those that may be absent. */
export function object<R extends Shapes, O extends Shapes = Record<never, never>>(
  required: R,
  optional: O = {} as O,
): Shape<ObjectOf<R, O>> {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, shape] of Object.entries({ ...required, ...optional })) properties[name] = shape.schema;
  return {
    schema: { type: 'object', properties, required: Object.keys(required), additionalProperties: false },
  };
}
