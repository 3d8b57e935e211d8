import type { Budget } from '../budget.js';
import type { Scope } from '../scope.js';
import type { Patterns } from './patterns.js';
import type { Test } from './query.js';

export interface QueryTools {
  readonly scope: Scope;
  readonly budget: Budget;
}

/** What a running query may use. */
export interface QueryContext extends QueryTools {
  readonly patterns: Patterns;
  /** The values of a query within a filter; handed in, because filters stand within queries. */
  readonly find: (
    test: Extract<Test, { kind: 'query' }>,
    current: unknown,
    context: QueryContext,
  ) => readonly unknown[];
}
