/**
 * One query after the other in jq-web, which keeps its instance: a thread that may be damaged says so and is replaced.
 * Erasable TypeScript and no value imports of ours: it runs from dist and under jest alike.
 */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { JqAnswer, JqQuestion, JqThreadData } from '../protocol.js';

const { module, stackBytes, memoryPages, memoryKeptBytes, resultBytes, resultDepth } = workerData as JqThreadData;
const port = parentPort;
if (port === null) throw new Error('jq.worker runs in a thread of its own');

interface Jq {
  raw(json: string, query: string, flags: string[]): string | undefined;
}

let memory: WebAssembly.Memory | undefined;
let lowestStack = 0;
const pageBytes = 65_536;
/** Stands at the end of the stack, to tell when that was not enough. */
const canary = 0xc5;
const canaryBytes = 4_096;

/**
 * jq-web hands out neither its memory nor a limit for it. And its stack of 64 KiB ends in its own data: a value nested 80
 * deep overwrites them in silence, and wrong answers follow. So it gets a stack from its heap.
 */
WebAssembly.instantiate = (_bytes, imports) => {
  const instance = new WebAssembly.Instance(module, imports);
  memory = instance.exports['memory'] as WebAssembly.Memory;
  limitGrowth(memory);
  const native = instance.exports as Readonly<Record<string, (number: number) => number>>;
  const stack = native['malloc']?.(stackBytes) ?? 0;
  if (stack === 0) throw new Error('jq has no memory for its stack');
  native['_emscripten_stack_restore']?.((stack + stackBytes) & ~15);
  new Uint8Array(memory.buffer, stack, canaryBytes).fill(canary);
  lowestStack = stack;
  return Promise.resolve({ instance });
};

function limitGrowth(grown: WebAssembly.Memory): void {
  const grow = grown.grow.bind(grown);
  grown.grow = (pages) => {
    if (grown.buffer.byteLength + pages * pageBytes > memoryPages * pageBytes) throw new RangeError('out of memory');
    return grow(pages);
  };
}

// What a query prints (`debug`, `stderr`) is nobody's business, and its last words are answered.
console.warn = () => undefined;
console.error = () => undefined;
const jq = (await createRequire(import.meta.url)('jq-web')) as Jq;

function answer(question: JqQuestion): JqAnswer {
  const given = run(question);
  if (memory === undefined || isStackSpent(memory)) return { ok: false, fault: 'stack', isSpent: true };
  return memory.buffer.byteLength > memoryKeptBytes ? { ...given, isSpent: true } : given;
}

function isStackSpent({ buffer }: WebAssembly.Memory): boolean {
  return new Uint8Array(buffer, lowestStack, canaryBytes).some((byte) => byte !== canary);
}

function run({ query, input }: JqQuestion): JqAnswer {
  try {
    // A space, because what begins with a dash would be an option.
    const output = jq.raw(input, ` ${query}`, ['-c']) ?? '';
    const fault = faultOf(output);
    return fault === undefined ? { ok: true, output, isSpent: false } : { ok: false, fault, isSpent: false };
  } catch (error) {
    return failure(error);
  }
}

/** Everything but an exit of jq's own leaves the instance in an unknown state. */
function failure(error: unknown): JqAnswer {
  const { exitCode, stderr, message } = error as { exitCode?: unknown; stderr?: unknown; message?: unknown };
  if (typeof exitCode === 'number' && typeof stderr === 'string') {
    return { ok: false, fault: 'query', message: stderr, isSpent: stderr.includes('cannot allocate memory') };
  }
  const isMemory = /memory|abort/i.test(String(message)) && !String(message).includes('out of bounds');
  return { ok: false, fault: isMemory ? 'memory' : 'stack', isSpent: true };
}

function faultOf(output: string): 'size' | 'depth' | 'key' | undefined {
  if (Buffer.byteLength(output) > resultBytes) return 'size';
  if (depthOf(output) > resultDepth) return 'depth';
  if (!output.includes('__proto__') && !output.includes('\\u')) return undefined;
  return output.split('\n').some((line) => line !== '' && hasForbiddenKey(JSON.parse(line))) ? 'key' : undefined;
}

/** Before anything is built from the text. */
function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') {
      while (json[++at] !== '"' && at < json.length) if (json[at] === '\\') at++;
    } else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if (char === ']' || char === '}') depth--;
  }
  return deepest;
}

function hasForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasForbiddenKey);
}

port.on('message', (question: JqQuestion) => port.postMessage(answer(question)));
port.postMessage('ready');
