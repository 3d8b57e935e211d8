import { isObject, isPrimitive, type Primitive, primitiveOf } from './primitives.js';
import { Refusal, unsupported } from './refusal.js';
import { type Run, spend, spendText } from './run.js';
import type { MethodName } from './syntax.js';

/**
 * Members that every object inherits. A fixed list and no look at the engine's prototypes, which grow from version to
 * version: the same script must be refused everywhere.
 */
const inherited = new Set(
  (
    '__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor hasOwnProperty ' +
    'isPrototypeOf propertyIsEnumerable toFixed toExponential toLocaleString toPrecision toString valueOf'
  ).split(' '),
);

/** `object[key]`: own members only; what JavaScript would inherit is refused, what does not exist is undefined. */
export function readMember(holder: unknown, rawKey: unknown): unknown {
  refuseNothing(holder, rawKey);
  const key = String(primitiveOf(rawKey));
  if (typeof holder === 'string' || Array.isArray(holder)) return readElement(holder, key);
  if (isObject(holder) && Object.hasOwn(holder, key)) return (holder as Readonly<Record<string, unknown>>)[key];
  if (inherited.has(key)) throw unsupported(`The member ${key}`);
  return undefined;
}

function readElement(holder: string | readonly unknown[], key: string): unknown {
  if (key === 'length') return holder.length;
  // Everything named is inherited, now or in a later edition of JavaScript.
  if (/^[A-Za-z_]/.test(key)) throw unsupported('A member of a text or a list');
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && String(index) === key ? holder[index] : undefined;
}

/** Null and undefined have no members. */
export function refuseNothing(holder: unknown, key: unknown): void {
  if (holder !== null && holder !== undefined) return;
  const name = isPrimitive(key) ? String(key).slice(0, 100) : 'object';
  throw new Refusal('thrown', `TypeError: Cannot read property '${name}' of ${holder}`);
}

interface Call {
  readonly holder: unknown;
  readonly argument: unknown;
}

export function callMethod(name: MethodName, { holder, argument }: Call, run: Run): unknown {
  if (typeof holder === 'string') return callText(name, { text: holder, argument }, run);
  const list: unknown = holder;
  if (Array.isArray(list) && (name === 'includes' || name === 'indexOf')) {
    return callList(name, { list, argument }, run);
  }
  throw new Refusal('thrown', `TypeError: ${name} is not a function`);
}

interface TextCall {
  readonly text: string;
  readonly argument: unknown;
}

function callText(name: MethodName, { text, argument }: TextCall, run: Run): unknown {
  spendText(run, text.length);
  switch (name) {
    case 'trim':
      return text.trim();
    case 'toLowerCase':
      return asciiOnly(text).toLowerCase();
    case 'toUpperCase':
      return asciiOnly(text).toUpperCase();
    case 'includes':
      return text.includes(searched(argument, text, run));
    case 'indexOf':
      return text.indexOf(searched(argument, text, run));
    case 'startsWith':
      return text.startsWith(searched(argument, text, run));
    case 'endsWith':
      return text.endsWith(searched(argument, text, run));
    default:
      return name satisfies never;
  }
}

/** The case of other letters follows the engine's Unicode version. */
function asciiOnly(text: string): string {
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  if (/[^\u0000-\u007f]/.test(text)) throw unsupported('The case of letters outside ASCII');
  return text;
}

/** A search may compare every place with the whole argument. */
function searched(argument: unknown, text: string, run: Run): string {
  const sought = String(primitiveOf(argument));
  spendText(run, sought.length);
  spend(run, Math.min(text.length, (text.length * sought.length) >> 12));
  return sought;
}

interface ListCall {
  readonly list: readonly unknown[];
  readonly argument: unknown;
}

function callList(name: 'includes' | 'indexOf', { list, argument }: ListCall, run: Run): unknown {
  if (isObject(argument)) throw unsupported('The search for an object');
  const sought = argument as Primitive;
  spend(run, list.length * (typeof sought === 'string' ? 1 + (sought.length >> 6) : 1));
  return name === 'includes' ? list.includes(sought) : list.indexOf(sought);
}
