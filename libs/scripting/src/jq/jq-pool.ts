import type { JsonObject } from '@dacapo/contracts';
import { limits } from '../limits.js';
import type { JqAnswer, JqQuestion, JqThreadData } from '../protocol.js';
import { ThreadPool } from '../thread-pool.js';
import { forbiddenWord, withPlainLines } from './forbidden.js';
import {
  jqFaultMessage,
  jqForbiddenMessage,
  jqInputSizeMessage,
  jqQuerySizeMessage,
  jqQueryTextMessage,
  jqRefusalMessage,
} from './jq-messages.js';
import { pinnedJq } from './pinned.js';

/** `results`: all of them, in order, possibly none. */
export type JqOutcome =
  { readonly ok: true; readonly results: readonly unknown[] } | { readonly ok: false; readonly message: string };

export interface JqPoolOptions {
  /** For one query, milliseconds; default 1,000. */
  readonly deadlineMs?: number;
}

/** jq 1.7 in a thread of its own. It has no fuel: the bound is a deadline of 1 s, after which the thread is replaced. */
export class JqPool {
  private constructor(
    private readonly pool: ThreadPool<JqQuestion, JqAnswer>,
    private readonly deadlineMs: number,
  ) {}

  /** Rejects when the installed jq is not the pinned build. */
  static async start({ deadlineMs = limits.jqDeadlineMs }: JqPoolOptions = {}): Promise<JqPool> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const workerData: JqThreadData = {
      module: await pinnedJq(),
      stackBytes: limits.jqStackBytes,
      memoryPages: limits.jqMemoryPages,
      memoryKeptBytes: limits.jqMemoryKeptBytes,
      resultBytes: limits.jqResultBytes,
      resultDepth: limits.resultDepth,
    };
    const pool = new ThreadPool<JqQuestion, JqAnswer>({
      file: new URL(`./jq.worker.${extension}`, import.meta.url),
      workerOptions: { workerData, env: {}, resourceLimits: { stackSizeMb: limits.threadStackMb } },
      threads: 1,
      waitingMax: limits.waitingMax,
      waitingSizeMax: limits.waitingCharactersMax,
      sizeOf: ({ query, input }) => query.length + input.length,
      deadlineMs,
      isSpent: ({ isSpent }) => isSpent,
    });
    return new JqPool(pool, deadlineMs);
  }

  /** Never rejects. Waits for the thread; queries that wait together are bounded. */
  async transform(query: string, input: JsonObject): Promise<JqOutcome> {
    const refusal = refusalOf(query);
    if (refusal !== undefined) return { ok: false, message: refusal };
    const json = JSON.stringify(input);
    if (Buffer.byteLength(json) > limits.inputBytes) return { ok: false, message: jqInputSizeMessage };
    const asked = await this.pool.ask({ query: withPlainLines(query), input: json });
    if (!asked.ok) return { ok: false, message: jqRefusalMessage(asked, this.deadlineMs) };
    if (!asked.answer.ok) return { ok: false, message: jqFaultMessage(asked.answer) };
    const lines = asked.answer.output.split('\n').filter((line) => line !== '');
    return { ok: true, results: lines.map((line) => JSON.parse(line) as unknown) };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function refusalOf(query: string): string | undefined {
  if (!query.isWellFormed() || query.includes('\0')) return jqQueryTextMessage;
  if (Buffer.byteLength(query) > limits.jqQueryBytes) return jqQuerySizeMessage;
  const word = forbiddenWord(withPlainLines(query));
  return word === undefined ? undefined : jqForbiddenMessage(word);
}
