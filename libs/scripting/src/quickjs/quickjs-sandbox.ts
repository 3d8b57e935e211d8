import { createHash } from 'node:crypto';
import type { ScriptOutcome, ScriptRequest, ScriptSandbox } from '@dacapo/ports';
import { limits } from '../limits.js';
import {
  faultMessage,
  fuelMessage,
  inputSizeMessage,
  memoryMessage,
  pendingMessage,
  resultSizeMessage,
  scriptErrorMessage,
  sourceSizeMessage,
  sourceTextMessage,
} from '../messages.js';
import type { ScriptAnswer, ScriptQuestion, ScriptThreadData } from '../protocol.js';
import { type Asked, ThreadPool } from '../thread-pool.js';
import { pinnedQuickJs } from './pinned.js';

export interface QuickJsSandboxOptions {
  /** Threads; default 2. */
  readonly threads?: number;
  /** Scripts that wait for a thread before more are refused (a `fault`); default 10,000. */
  readonly waitingMax?: number;
  /** The watchdog's patience with one script, milliseconds (a `fault`); default 5,000. Fuel ends scripts long before. */
  readonly deadlineMs?: number;
}

/** Scripts in QuickJS, compiled to WebAssembly that counts its own work; each finds an instance as new. */
export class QuickJsSandbox implements ScriptSandbox {
  private constructor(
    readonly build: string,
    private readonly pool: ThreadPool<ScriptQuestion, ScriptAnswer>,
    private readonly deadlineMs: number,
  ) {}

  /** Rejects when the installed QuickJS is not the pinned build. */
  static async start(options: QuickJsSandboxOptions = {}): Promise<QuickJsSandbox> {
    const { module, exports, prelude, staticBytes, build } = await pinnedQuickJs();
    const workerData: ScriptThreadData = {
      module,
      exports,
      prelude,
      staticBytes,
      memoryPagesFirst: limits.scriptMemoryPagesFirst,
      memoryPages: limits.scriptMemoryPages,
      stackBytes: limits.scriptStackBytes,
      resultBytes: limits.resultBytes,
    };
    const deadlineMs = options.deadlineMs ?? limits.scriptDeadlineMs;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const pool = new ThreadPool<ScriptQuestion, ScriptAnswer>({
      file: new URL(`./script.worker.${extension}`, import.meta.url),
      workerOptions: { workerData, env: {}, resourceLimits: { stackSizeMb: limits.threadStackMb } },
      threads: options.threads ?? limits.scriptThreads,
      waitingMax: options.waitingMax ?? limits.waitingMax,
      waitingSizeMax: limits.waitingCharactersMax,
      sizeOf: ({ source, input }) => source.length + input.length,
      deadlineMs,
    });
    return new QuickJsSandbox(build, pool, deadlineMs);
  }

  async evaluate({ form, source, input, fuel, now, seed }: ScriptRequest): Promise<ScriptOutcome> {
    if (!source.isWellFormed()) return { ok: false, kind: 'error', message: sourceTextMessage };
    if (Buffer.byteLength(source) > limits.sourceBytes) return { ok: false, kind: 'size', message: sourceSizeMessage };
    const json = JSON.stringify(input);
    if (Buffer.byteLength(json) > limits.inputBytes) return { ok: false, kind: 'size', message: inputSizeMessage };
    const asked = await this.pool.ask({ form, source, input: json, fuel, now, seed: seedWords(seed) });
    if (asked.ok) return outcomeOf(asked.answer);
    return { ok: false, kind: 'fault', message: faultMessage(reasonOf(asked, this.deadlineMs)) };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function seedWords(seed: string): string {
  const words = createHash('sha256').update(seed).digest();
  return JSON.stringify([0, 4, 8, 12].map((at) => words.readInt32LE(at)));
}

function outcomeOf(answer: ScriptAnswer): ScriptOutcome {
  switch (answer.kind) {
    case 'value':
      return { ok: true, value: JSON.parse(answer.json) };
    case 'thrown':
      return { ok: false, kind: 'error', message: scriptErrorMessage(answer.message, lineOf(answer.stack)) };
    case 'pending':
      return { ok: false, kind: 'error', message: pendingMessage };
    case 'fuel':
      return { ok: false, kind: 'fuel', message: fuelMessage };
    case 'memory':
      return { ok: false, kind: 'memory', message: memoryMessage };
    case 'size':
      return { ok: false, kind: 'size', message: resultSizeMessage };
    case 'fault':
      return { ok: false, kind: 'fault', message: faultMessage(answer.message) };
    default:
      return answer satisfies never;
  }
}

function reasonOf(asked: Extract<Asked<ScriptAnswer>, { ok: false }>, deadlineMs: number): string {
  switch (asked.why) {
    case 'busy':
      return 'too many scripts wait';
    case 'late':
      return `the script was stopped by the watchdog after ${deadlineMs / 1_000} s`;
    case 'closed':
      return 'it is closed';
    case 'died':
      return asked.cause;
    default:
      return asked satisfies never;
  }
}

/** The line of the first frame that is the script's. */
function lineOf(stack: string): number | undefined {
  const line = /[ (]script\.js:(\d{1,9}):\d{1,9}\)?$/m.exec(stack)?.[1];
  return line === undefined ? undefined : Number(line);
}
