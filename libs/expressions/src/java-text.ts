import { type Budget, newBudget, spendBytes, tooDeep } from './budget.js';
import { VALUE_DEPTH_MAX } from './limits.js';

/**
 * The text form that Java gives a value: `null`, `true`, `1`, `1.5`, `{a=1, b=2}`, `[1, 2]`.
 * Workflows in the wild rely on it inside texts.
 */
export function javaText(value: unknown): string {
  return boundedJavaText(value, newBudget());
}

/** Like `javaText`, with what the evaluation has left. */
export function boundedJavaText(value: unknown, budget: Budget): string {
  if (typeof value !== 'object' || value === null) return charged(scalarText(value), budget);
  const out: string[] = [];
  write({ value, depth: 0 }, out, budget);
  return out.join('');
}

/** Where a SWITCH got its value from. */
export type SwitchSource = 'script' | 'value-param';

/**
 * The text that SWITCH compares with its cases (contract 6.2). Numbers of a script lose `.0`, those of a `value-param`
 * keep their JSON form.
 */
export function switchText(value: unknown, source: SwitchSource = 'script'): string {
  return source === 'value-param' && typeof value === 'number' ? String(value) : javaText(value);
}

interface Place {
  readonly value: unknown;
  readonly depth: number;
}

function write({ value, depth }: Place, out: string[], budget: Budget): void {
  if (typeof value !== 'object' || value === null) {
    out.push(charged(scalarText(value), budget));
    return;
  }
  if (depth > VALUE_DEPTH_MAX) throw tooDeep();
  spendBytes(budget, 2);
  if (Array.isArray(value)) writeList(value, { out, budget, depth });
  else writeMap(value, { out, budget, depth });
}

interface Writing {
  readonly out: string[];
  readonly budget: Budget;
  readonly depth: number;
}

function writeList(list: readonly unknown[], { out, budget, depth }: Writing): void {
  out.push('[');
  let separator = '';
  for (const item of list) {
    out.push(charged(separator, budget));
    write({ value: item, depth: depth + 1 }, out, budget);
    separator = ', ';
  }
  out.push(']');
}

function writeMap(map: object, { out, budget, depth }: Writing): void {
  out.push('{');
  let separator = '';
  for (const [key, item] of Object.entries(map)) {
    out.push(charged(`${separator}${key}=`, budget));
    write({ value: item, depth: depth + 1 }, out, budget);
    separator = ', ';
  }
  out.push('}');
}

function charged(text: string, budget: Budget): string {
  spendBytes(budget, text.length);
  return text;
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : 'null';
}

/** JSON does not tell 5 from 5.0 once it is parsed, so every integral number counts as an integer. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e21) return String(value);
  return size >= 1e-3 && size < 1e7 ? String(value) : scientific(value);
}

/** `Double.toString`: one digit, a point, at least one more digit, `E`, the exponent without a plus. */
function scientific(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`;
}
