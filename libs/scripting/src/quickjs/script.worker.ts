/**
 * One evaluation after the other, each in a QuickJS instance that is as new: its memory is wound back afterwards, or it is thrown away. That is
 * done while nobody waits. What QuickJS imports is all that there is of the host: a clock that stands still, UTC, and nothing.
 * Erasable TypeScript and no value imports of ours: it runs from dist and under jest alike.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ScriptAnswer, ScriptQuestion, ScriptThreadData } from '../protocol.js';
import type { QuickJsExport } from './pinned.js';

const data = workerData as ScriptThreadData;
const { module, exports, prelude, staticBytes, memoryPagesFirst, memoryPages, stackBytes, resultBytes } = data;
const port = parentPort;
if (port === null) throw new Error('script.worker runs in a thread of its own');

type Native = (...args: number[]) => number;

/** Addresses inside of an instance; 0 is none. */
interface Roots {
  readonly runtime: number;
  readonly context: number;
  /** The prelude's function. */
  readonly host: number;
}

interface Instance extends Roots {
  readonly memory: WebAssembly.Memory;
  readonly fuel: WebAssembly.Global<bigint>;
  readonly stackLow: WebAssembly.Global<number>;
  readonly clock: { now: number };
  readonly native: Readonly<Record<QuickJsExport, Native>>;
}

/** The only way out of an instance whose memory is spent: a script that catches the error does not repeat exactly. */
class OutOfMemory extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const everyJob = 0x7fffffff;
const pageBytes = 65_536;
/** The compiler lets functions that call no others write so far below the stack pointer without moving it. */
const redZoneBytes = 128;
/** Parts of the image that are copied or left out as a whole. */
const partBytes = 4_096;

function instantiate(): Omit<Instance, keyof Roots> {
  const memory = new WebAssembly.Memory({ initial: memoryPagesFirst, maximum: memoryPages });
  const clock = { now: 0 };
  const { exports: found } = new WebAssembly.Instance(module, { a: importsOf(memory, clock) });
  const native = Object.fromEntries(Object.entries(exports).map(([name, short]) => [name, found[short]]));
  return {
    memory,
    clock,
    fuel: found['fuel'] as Instance['fuel'],
    stackLow: found['stackLow'] as Instance['stackLow'],
    native: native as Instance['native'],
  };
}

/**
 * What the memory of a new instance holds once runtime, context and prelude stand in it. They always come out the same, so
 * that they are made once: copying them takes 0.05 ms instead of 0.5.
 */
interface Image extends Roots {
  readonly parts: readonly (readonly [at: number, bytes: Uint8Array])[];
}

function newImage(): Image {
  const instance = instantiate();
  const { native, memory } = instance;
  native.initialise();
  const runtime = native.newRuntime();
  native.setMaxStackSize(runtime, stackBytes);
  const context = native.newContext(runtime, 0);
  const host = evaluate({ ...instance, context }, { source: prelude, file: 'sandbox.js' });
  const bytes = new Uint8Array(memory.buffer);
  const starts = Array.from({ length: bytes.length / partBytes }, (_, index) => index * partBytes);
  const parts = starts.map((at) => [at, bytes.slice(at, at + partBytes)] as const);
  return { runtime, context, host, parts: parts.filter(([, part]) => part.some((byte) => byte !== 0)) };
}

function fromImage({ parts, runtime, context, host }: Image): Instance {
  const instance = instantiate();
  const bytes = new Uint8Array(instance.memory.buffer);
  for (const [at, part] of parts) bytes.set(part, at);
  return { ...instance, runtime, context, host };
}

function importsOf(
  memory: WebAssembly.Memory,
  clock: { readonly now: number },
): Record<string, WebAssembly.ImportValue> {
  const set = (address: number, ...words: readonly number[]) => new Int32Array(memory.buffer).set(words, address >> 2);
  const refuse = (what: string) => () => {
    throw new Error(`QuickJS asked for ${what}`);
  };
  return {
    a: memory,
    p: () => clock.now,
    m: (seconds: bigint, target: number) => set(target, ...brokenDown(Number(seconds))),
    n: (...addresses: readonly number[]) => {
      // Offset, daylight saving, and two empty names.
      for (const address of addresses) set(address, 0);
    },
    k: (wanted: number) => {
      const missing = (wanted >>> 0) - memory.buffer.byteLength;
      if (wanted >>> 0 > memoryPages * pageBytes) throw new OutOfMemory();
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
      return 1;
    },
    // No environment, no interrupts, no timers.
    f: (count: number, size: number) => {
      set(count, 0);
      set(size, 0);
      return 0;
    },
    e: () => 0,
    i: () => 0,
    j: () => 0,
    l: () => undefined,
    t: () => undefined,
    b: refuse('an assertion'),
    q: refuse('an abort'),
    r: refuse('an exit'),
    c: refuse('output'),
    d: refuse('a file'),
    o: refuse('a file'),
    s: refuse('a function of the host'),
    h: refuse('a module'),
    g: refuse('a module'),
  };
}

/** `struct tm` in UTC. */
function brokenDown(seconds: number): readonly number[] {
  const date = new Date(seconds * 1_000);
  const startOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor((date.getTime() - startOfYear) / 86_400_000);
  const [year, month, day] = [date.getUTCFullYear() - 1_900, date.getUTCMonth(), date.getUTCDate()];
  const time = [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours()];
  return [...time, day, month, year, date.getUTCDay(), dayOfYear, 0, 0];
}

/** The text and a final 0; the address. Memory may grow at each allocation, so that no view of it is kept. */
function write({ memory, native }: Pick<Instance, 'memory' | 'native'>, encoded: Uint8Array): number {
  const at = native.malloc(encoded.length + 1);
  if (at === 0) throw new OutOfMemory();
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(encoded, at);
  bytes[at + encoded.length] = 0;
  return at;
}

interface Source {
  readonly source: string;
  readonly file: string;
}

/** Runs a source as a global script; the address of its completion value, which may be an exception. */
function evaluate(instance: Omit<Instance, 'runtime' | 'host'>, { source, file }: Source): number {
  const encoded = encoder.encode(source);
  const [at, name] = [write(instance, encoded), write(instance, encoder.encode(file))];
  return instance.native.evaluate(instance.context, at, encoded.length, name, 0, 0);
}

function stringValue(instance: Instance, text: string): number {
  const at = write(instance, encoder.encode(text));
  const value = instance.native.newString(instance.context, at);
  // Inputs may be large; everything else ends with the instance.
  instance.native.free(at);
  return value;
}

function callHost(instance: Instance, ...args: readonly number[]): number {
  const { native, context, host } = instance;
  const list = write(instance, new Uint8Array(Uint32Array.from(args).buffer));
  return native.call(context, host, native.undefinedValue(), args.length, list);
}

/** The text behind the address; undefined when it has more bytes than allowed. */
function read({ memory, native, context }: Instance, value: number): string | undefined {
  const at = native.getString(context, value);
  if (at === 0) throw new OutOfMemory();
  // A mark, the result, a final 0.
  const bytes = new Uint8Array(memory.buffer, at).subarray(0, resultBytes + 2);
  const end = bytes.indexOf(0);
  return end === -1 ? undefined : decoder.decode(bytes.subarray(0, end));
}

function run(instance: Instance, { form, source, input, now, seed, fuel }: ScriptQuestion): ScriptAnswer {
  instance.clock.now = now;
  instance.fuel.value = BigInt(fuel);
  const begun = callHost(
    instance,
    stringValue(instance, 'begin'),
    stringValue(instance, input),
    stringValue(instance, seed),
  );
  const { native, context, runtime } = instance;
  if (native.resolveException(context, begun) !== 0) return { kind: 'fault', message: 'the input could not be read' };
  // On the same line, so that the lines of errors are those of the script.
  const text = form === 'script' ? source : `(function(){${source}\n})()`;
  const value = evaluate(instance, { source: text, file: 'script.js' });
  const error = native.resolveException(context, value);
  if (error !== 0) return answerOf(instance, 'thrown', error);
  native.executePendingJobs(runtime, everyJob, native.malloc(4));
  const state = native.promiseState(context, value);
  if (state < 0) return answerOf(instance, 'value', value);
  if (state === 0) return { kind: 'pending' };
  return answerOf(instance, state === 1 ? 'value' : 'thrown', native.promiseResult(context, value));
}

function answerOf(instance: Instance, step: 'value' | 'thrown', value: number): ScriptAnswer {
  const text = read(instance, callHost(instance, stringValue(instance, step), value));
  if (text === undefined || text === 's') return { kind: 'size' };
  if (text.startsWith('v')) return { kind: 'value', json: text.slice(1) };
  const colon = text.indexOf(':');
  if (!text.startsWith('e') || colon === -1) return { kind: 'fault', message: 'the result could not be read' };
  const end = colon + 1 + Number(text.slice(1, colon));
  return { kind: 'thrown', stack: text.slice(colon + 1, end), message: text.slice(end) };
}

function failure(instance: Instance, error: unknown): ScriptAnswer {
  if (error instanceof OutOfMemory) return { kind: 'memory' };
  if (error instanceof WebAssembly.RuntimeError && instance.fuel.value < 0n) return { kind: 'fuel' };
  return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
}

/**
 * All that a call which returned may have changed is memory: the stack pointer is back where it was, clock and fuel are set for each script, and
 * the meter refuses modules that write into their tables. What the stack has not reached is as it was. A memory that has grown never shrinks.
 * It takes a tenth of the time of a new instance, and no memory comes and goes with each script, which halts all threads of the process.
 */
function rewind({ memory, stackLow }: Instance): boolean {
  if (memory.buffer.byteLength !== memoryPagesFirst * pageBytes) return false;
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(0, 0, staticBytes);
  bytes.fill(0, (stackLow.value >>> 0) - redZoneBytes);
  for (const [at, part] of image.parts) bytes.set(part, at);
  stackLow.value = -1;
  return true;
}

/** That this build comes out as new is seen before the first script, byte by byte. */
function checkRewind(): void {
  const instance = fromImage(image);
  const source =
    "'use'; [$, /./g, (() => { try { null.x } catch (e) { return e.stack } })()].map(String).sort().join()";
  run(instance, { form: 'script', source, input: '{"a":[1,"b"]}', now: 0, seed: '[1,2,3,4]', fuel: 10_000_000 });
  const isNew =
    rewind(instance) &&
    Buffer.compare(new Uint8Array(instance.memory.buffer), new Uint8Array(fromImage(image).memory.buffer)) === 0;
  if (!isNew) throw new Error('QuickJS leaves something behind');
}

const image = newImage();
checkRewind();
let instance = fromImage(image);
port.on('message', (question: ScriptQuestion) => {
  try {
    port.postMessage(run(instance, question));
    if (!rewind(instance)) instance = fromImage(image);
  } catch (error) {
    // A trap, an abort or the end of the memory leaves the instance corrupt.
    port.postMessage(failure(instance, error));
    instance = fromImage(image);
  }
});
port.postMessage('ready');
