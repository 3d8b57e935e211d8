import type { Path } from '../paths/compile-path.js';
import type { Quote } from './parts.js';

/** A compiled value. Plain data without state: keep it as long as the definition, use it from anywhere. */
export type Template =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'text'; readonly parts: readonly TextPart[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, template: Template])[] }
  | Expression;

/** One `${...}`. */
export type Expression =
  | { readonly kind: 'path'; readonly path: Path }
  /** `${CPEWF_TASK_ID}`: the text itself where the scope does not know the task. */
  | { readonly kind: 'task-id'; readonly text: string }
  /** With expressions inside: its path is known only when they have been resolved. */
  | { readonly kind: 'dynamic'; readonly parts: readonly TextPart[] }
  | { readonly kind: 'constant'; readonly value: unknown };

export interface TextPart {
  readonly expression: Expression;
  readonly quote: Quote;
}
