import { ExpressionError } from '../expression-error.js';
import { TEMPLATE_CHARS_MAX, VALUE_DEPTH_MAX } from '../limits.js';
import { compilePath } from '../paths/compile-path.js';
import { type Part, splitText } from './parts.js';
import type { Expression, Template, TextPart } from './template.js';

interface Compilation {
  charsLeft: number;
}

/** Compiles every `${...}` in a value: texts, lists and the values (not the keys) of maps. Throws ExpressionError only. */
export function compileTemplate(value: unknown): Template {
  return compile(value, 0, { charsLeft: TEMPLATE_CHARS_MAX });
}

function compile(value: unknown, depth: number, compilation: Compilation): Template {
  if (typeof value === 'string') return compileText(value, compilation);
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  if (depth >= VALUE_DEPTH_MAX) {
    throw new ExpressionError(
      'EXPRESSION_TOO_DEEP',
      `A template is nested deeper than ${VALUE_DEPTH_MAX}. Flatten it.`,
    );
  }
  return Array.isArray(value) ? compileList(value, depth, compilation) : compileMap(value, depth, compilation);
}

function compileList(list: readonly unknown[], depth: number, compilation: Compilation): Template {
  const items = list.map((item) => compile(item, depth + 1, compilation));
  if (!items.every(isConstant)) return { kind: 'list', items };
  // Not simply the list: a constant may have been written otherwise, `$${x}` for `${x}`.
  return { kind: 'constant', value: items.every(({ value }, at) => value === list[at]) ? list : items.map(valueOf) };
}

function compileMap(map: object, depth: number, compilation: Compilation): Template {
  const entries = Object.entries(map).map(([key, item]) => [key, compile(item, depth + 1, compilation)] as const);
  const values: (readonly [string, unknown])[] = [];
  for (const [key, item] of entries) {
    if (!isConstant(item)) return { kind: 'map', entries };
    values.push([key, item.value]);
  }
  const isAsWritten = values.every(([key, value]) => value === (map as Record<string, unknown>)[key]);
  return { kind: 'constant', value: isAsWritten ? map : Object.fromEntries(values) };
}

type Constant = Extract<Template, { kind: 'constant' }>;

function isConstant(template: Template): template is Constant {
  return template.kind === 'constant';
}

function valueOf({ value }: Constant): unknown {
  return value;
}

function compileText(text: string, compilation: Compilation): Template {
  if (!text.includes('${')) return { kind: 'constant', value: text };
  compilation.charsLeft -= text.length;
  if (compilation.charsLeft < 0) {
    throw new ExpressionError(
      'EXPRESSION_TOO_LARGE',
      `A template has more than ${TEMPLATE_CHARS_MAX} characters. Pass the text as an input instead.`,
    );
  }
  const parts = splitText(text);
  const [first, second] = parts;
  if (first?.kind === 'expression' && second === undefined) return compileExpression(first);
  return textOf(parts.map(compilePart));
}

function textOf(parts: readonly TextPart[]): Template {
  if (parts.every(({ expression }) => expression.kind === 'constant')) {
    return { kind: 'constant', value: parts.map(({ expression }) => constantText(expression)).join('') };
  }
  return { kind: 'text', parts };
}

function constantText(expression: Expression): string {
  return expression.kind === 'constant' ? String(expression.value) : '';
}

function compilePart(part: Part): TextPart {
  if (part.kind === 'literal') return { expression: { kind: 'constant', value: part.text }, quote: '' };
  return { expression: compileExpression(part), quote: part.quote };
}

function compileExpression({ parts }: Extract<Part, { kind: 'expression' }>): Expression {
  if (parts.some(({ kind }) => kind === 'expression')) return { kind: 'dynamic', parts: parts.map(compilePart) };
  return compilePathText(parts.map((part) => (part.kind === 'literal' ? part.text : '')).join(''));
}

/** Names that Conductor fills from the process; ours has no such values, so the text stays. */
const literalNames = ['NETFLIX_ENV', 'NETFLIX_STACK'];

/** What stands between the braces, once everything nested in it is text. Environment variables are never looked up. */
export function compilePathText(text: string): Expression {
  const path = text.trim();
  if (path === '') return { kind: 'constant', value: '' };
  if (path === 'CPEWF_TASK_ID') return { kind: 'task-id', text: `\${${text}}` };
  // Secrets are put in where a worker or a system task gets its copy, and are never stored.
  if (literalNames.includes(path) || path.startsWith('workflow.secrets.')) {
    return { kind: 'constant', value: `\${${text}}` };
  }
  const compiled = compilePath(path);
  return compiled ? { kind: 'path', path: compiled } : { kind: 'constant', value: null };
}
