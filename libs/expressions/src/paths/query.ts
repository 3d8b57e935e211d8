/** A parsed JSONPath as plain data, so that json-p3 stays behind `parse-query.ts` and cannot run on its own. */
export interface Query {
  readonly segments: readonly Segment[];
  /** Yields one value or nothing; the others yield a list. */
  readonly isDefinite: boolean;
}

export interface Segment {
  /** `..`: the selectors apply to the value and everything below it. */
  readonly descends: boolean;
  readonly selectors: readonly Selector[];
}

export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly start?: number; readonly stop?: number; readonly step?: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'filter'; readonly test: Test };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** Part of a filter. Literals, queries and calls are operands; the others are logical. */
export type Test =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'query'; readonly from: 'current' | 'root'; readonly query: Query }
  | { readonly kind: 'call'; readonly name: FilterFunctionName; readonly args: readonly Test[] }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'and' | 'or'; readonly left: Test; readonly right: Test }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Test; readonly right: Test };

export const filterFunctionNames = ['length', 'count', 'value', 'match', 'search'] as const;
export type FilterFunctionName = (typeof filterFunctionNames)[number];
