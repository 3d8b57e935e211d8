/**
 * Group commit: whatever waits when the worker becomes idle is one transaction, for all lanes together. No timer. A writer dies
 * of its first failure, and what was in flight has an unknown outcome; sqlite-journal.ts starts another one for the next claim.
 */
import { Worker } from 'node:worker_threads';
import { type CrashPointName, reachCrashPoint } from '@dacapo/ports';
import { unavailable } from './unavailable.js';
import type { CommitRequest, StoredPartition, WriterAnswer, WriterData, WriterRequest } from './writer-protocol.js';

/** Part of a transaction. Exactly one of the calls follows, on the main thread. */
export interface Commit {
  readonly rows: readonly (number | string | null)[];
  readonly definitions: readonly (number | string | null)[];
  readonly onStored: () => void;
  readonly onFailed: (error: unknown) => void;
}

export interface StartedWriter {
  readonly writer: Writer;
  readonly partitions: readonly StoredPartition[];
  readonly definitionEnd: number;
}

const none: readonly Commit[] = [];

export class Writer {
  private waiting: Commit[] = [];
  private inFlight: readonly Commit[] = none;
  private isScheduled = false;
  private failure: unknown;
  private readonly exited: Promise<void>;
  private idle: { readonly reached: Promise<void>; readonly reach: () => void } | undefined;

  private constructor(private readonly worker: Worker) {
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('error', (error) => this.fail(error));
    worker.once('exit', () => this.fail('its thread ended'));
  }

  static start(workerData: WriterData): Promise<StartedWriter> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./writer.worker.${extension}`, import.meta.url), { workerData });
    const writer = new Writer(worker);
    return new Promise((resolve, reject) => {
      const refuse = (cause: unknown): void => reject(asError(cause));
      worker.once('error', refuse);
      worker.once('exit', () => refuse('its thread ended'));
      worker.on('message', (answer: WriterAnswer) => {
        if (answer.kind === 'stored') writer.stored();
        else if (answer.kind === 'ready') resolve({ writer, ...answer });
        else {
          writer.fail(answer.message);
          refuse(answer.message);
        }
      });
    });
  }

  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  commit(commit: Commit): void {
    if (this.failure !== undefined) {
      commit.onFailed(this.failure);
      return;
    }
    this.waiting.push(commit);
    if (this.inFlight !== none || this.isScheduled) return;
    this.isScheduled = true;
    // Not at once: lanes that append in the same turn of the event loop share the first commit already.
    queueMicrotask(() => this.flush());
  }

  /** Resolves when the commit under way, and what waits behind it, is done; undefined when there is none. */
  whenIdle(): Promise<void> | undefined {
    if (this.inFlight === none && this.waiting.length === 0) return undefined;
    this.idle ??= promiseOfIdle();
    return this.idle.reached;
  }

  /** Ends the thread when everything that waits is stored. */
  async close(): Promise<void> {
    if (this.failure === undefined) {
      for (let idle = this.whenIdle(); idle !== undefined; idle = this.whenIdle()) await idle;
      this.failure = unavailable('the journal is closed');
      this.post({ kind: 'close' });
    }
    await this.exited;
  }

  private flush(): void {
    this.isScheduled = false;
    if (this.failure !== undefined || this.waiting.length === 0) return;
    const commits = this.waiting;
    this.waiting = [];
    this.inFlight = commits;
    const [first] = commits;
    const request: CommitRequest =
      first !== undefined && commits.length === 1
        ? { kind: 'commit', rows: first.rows, definitions: first.definitions }
        : {
            kind: 'commit',
            rows: commits.flatMap((each) => each.rows),
            definitions: commits.flatMap((each) => each.definitions),
          };
    reach('append:before', commits);
    this.post(request);
  }

  private stored(): void {
    const commits = this.inFlight;
    this.inFlight = none;
    reach('append:after', commits);
    // The disk goes on before anybody hears of the last commit.
    this.flush();
    for (const each of commits) each.onStored();
    if (this.inFlight === none && this.waiting.length === 0) this.becomeIdle();
  }

  private fail(cause: unknown): void {
    if (this.failure !== undefined) return;
    this.failure = asError(cause);
    const commits = [...this.inFlight, ...this.waiting];
    this.inFlight = none;
    this.waiting = [];
    for (const each of commits) each.onFailed(this.failure);
    this.becomeIdle();
  }

  private becomeIdle(): void {
    const { idle } = this;
    this.idle = undefined;
    idle?.reach();
  }

  private post(request: WriterRequest): void {
    this.worker.postMessage(request);
  }
}

function promiseOfIdle(): { readonly reached: Promise<void>; readonly reach: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { reached: promise, reach: resolve };
}

function reach(name: CrashPointName, commits: readonly Commit[]): void {
  if (commits.some((each) => each.rows.length > 0)) reachCrashPoint(name);
}

function asError(cause: unknown): Error {
  return unavailable(
    `the journal file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  );
}
