/**
 * What runs inside QuickJS before the script: takes away what would not repeat, and leaves one function to the host, by
 * which the input goes in and the result comes out as one text. It keeps the built-ins it needs, so that a script that
 * changes them fools itself only. Everything here is metered, and part of the build's name.
 */
export interface PreludeLimits {
  readonly resultCharacters: number;
  readonly resultDepth: number;
  readonly errorCharacters: number;
}

/**
 * The function is called as `host('begin', inputJson, seedWords)`, `host('value', result)` or `host('thrown', error)`. The
 * last two answer `v` + JSON, `s` (too large), or `e` + length of the stack + `:` + stack + message.
 */
export function preludeSource({ resultCharacters, resultDepth, errorCharacters }: PreludeLimits): string {
  return `(function () {
'use strict';
const { parse, stringify } = JSON;
const { defineProperty } = Object;
const text = String;
const slice = Function.prototype.call.bind(String.prototype.slice);
const scope = globalThis;
for (const name of ['WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics']) delete scope[name];

// sfc32: 128 bits of state, seeded by the host.
let a = 0, b = 0, c = 0, d = 0;
function random() {
  const t = (a + b | 0) + d | 0;
  d = d + 1 | 0;
  a = b ^ b >>> 9;
  b = c + (c << 3) | 0;
  c = (c << 21 | c >>> 11) + t | 0;
  return (t >>> 0) / 4294967296;
}
defineProperty(Math, 'random', { value: random, writable: true, enumerable: false, configurable: true });

function begin(input, seed) {
  [a, b, c, d] = parse(seed);
  defineProperty(scope, '$', { value: parse(input), writable: true, enumerable: true, configurable: true });
}

// The objects from the root down to the current one. All places exist, so that no setter of a script is met.
const trail = [];
for (let index = 0; index < ${resultDepth}; index++) trail[index] = null;
let depth = 0;
let refusal = '';
function refuse(reason) {
  refusal = reason;
  throw reason;
}
function check(key, value) {
  if (key === '__proto__') refuse('The result contains the forbidden key __proto__');
  const type = typeof value;
  if (type === 'function' || type === 'symbol' || type === 'bigint')
    refuse('The result contains a ' + type + ', which is not JSON');
  if (type !== 'object' || value === null) return value;
  while (depth > 0 && trail[depth - 1] !== this) depth--;
  for (let index = 0; index < depth; index++)
    if (trail[index] === value) refuse('The result contains itself');
  if (depth === ${resultDepth}) refuse('The result is nested more than ${resultDepth} levels deep');
  trail[depth++] = value;
  return value;
}

function success(value) {
  if (value === undefined) return 'vnull';
  let json;
  try {
    json = stringify(value, check);
  } catch (error) {
    if (refusal !== '') return 'e0:' + refusal;
    throw error;
  }
  if (json === undefined) return 'vnull';
  return json.length > ${resultCharacters} ? 's' : 'v' + json;
}

function describe(error) {
  if (typeof error !== 'object' || error === null) return text(error);
  const { name, message } = error;
  if (typeof message !== 'string') return text(error);
  return typeof name === 'string' && name !== '' ? name + ': ' + message : message;
}
function failure(error) {
  const message = slice(describe(error), 0, ${errorCharacters});
  const stack = typeof error === 'object' && error !== null ? error.stack : '';
  const top = typeof stack === 'string' ? slice(stack, 0, ${errorCharacters}) : '';
  return 'e' + top.length + ':' + top + message;
}

return function host(step, value, seed) {
  try {
    if (step === 'begin') return begin(value, seed);
    return step === 'value' ? success(value) : failure(value);
  } catch (error) {
    try {
      return failure(error);
    } catch {
      return 'e0:an error that cannot be shown';
    }
  }
};
})()`;
}
