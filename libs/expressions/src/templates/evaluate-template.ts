import { type Budget, newBudget, spendBytes, spendSteps, spendValue } from '../budget.js';
import { boundedJavaText } from '../java-text.js';
import { evaluatePath } from '../paths/evaluate-path.js';
import type { Scope } from '../scope.js';
import { compilePathText, compileTemplate } from './compile-template.js';
import type { Expression, Template, TextPart } from './template.js';

interface Evaluation {
  readonly scope: Scope;
  readonly budget: Budget;
}

/** Compiling a path at run time, in steps of about 50 ns. */
const compileSteps = 200;

/**
 * The value of a template. Shares values with the scope (as far as that does not detach them) and with the template instead of copying: read
 * only.
 * Throws ExpressionError only.
 */
export function evaluateTemplate(template: Template, scope: Scope): unknown {
  if (template.kind === 'constant') return template.value;
  return evaluate(template, { scope, budget: newBudget() });
}

/** Compiles and evaluates at once, for values that are used only once. */
export function resolve(value: unknown, scope: Scope): unknown {
  return evaluateTemplate(compileTemplate(value), scope);
}

function evaluate(template: Template, evaluation: Evaluation): unknown {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'text':
      return textOf(template.parts, evaluation);
    case 'list':
      return template.items.map((item) => evaluate(item, evaluation));
    case 'map':
      return mapOf(template.entries, evaluation);
    case 'path':
    case 'task-id':
    case 'dynamic':
      return charged(valueOf(template, evaluation), evaluation);
    default:
      return template satisfies never;
  }
}

function charged(value: unknown, { scope, budget }: Evaluation): unknown {
  spendValue(budget, value);
  return scope.detach === undefined ? value : scope.detach(value);
}

function mapOf(entries: Extract<Template, { kind: 'map' }>['entries'], evaluation: Evaluation): object {
  const map: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const value = evaluate(item, evaluation);
    // An assignment to this one key would replace the prototype instead.
    if (key === '__proto__')
      Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
    else map[key] = value;
  }
  return map;
}

function valueOf(expression: Expression, evaluation: Evaluation): unknown {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'path':
      return evaluatePath(expression.path, evaluation);
    case 'task-id':
      return evaluation.scope.root('CPEWF_TASK_ID') ?? expression.text;
    case 'dynamic':
      return dynamicValue(expression.parts, evaluation);
    default:
      return expression satisfies never;
  }
}

/** The resolved text is a path and nothing else: a `${` that came out of the data is not looked at again. */
function dynamicValue(parts: readonly TextPart[], evaluation: Evaluation): unknown {
  const text = textOf(parts, evaluation);
  spendSteps(evaluation.budget, compileSteps + (text.length >> 2));
  return valueOf(compilePathText(text), evaluation);
}

function textOf(parts: readonly TextPart[], evaluation: Evaluation): string {
  let text = '';
  for (const { expression, quote } of parts) {
    if (expression.kind === 'constant') {
      const constant = String(expression.value);
      spendBytes(evaluation.budget, constant.length);
      text += constant;
      continue;
    }
    const piece = boundedJavaText(valueOf(expression, evaluation), evaluation.budget);
    text += quote === '' ? piece : escaped(piece, quote);
  }
  return text;
}

/** A value in quotes is one key, whatever it holds; otherwise the data of a user could add to the path. */
function escaped(text: string, quote: string): string {
  if (!text.includes('\\') && !text.includes(quote)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
}
