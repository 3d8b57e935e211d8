import { Worker } from 'node:worker_threads';
import { DaCapoError } from '@dacapo/contracts';
import type { Answer, Cell, Row, WriteStep } from './protocol.js';

interface Asked {
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The main thread's end of a worker: each request gets one answer. */
export class StoreThread {
  private readonly asked = new Map<number, Asked>();
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private lastId = 0;
  private failure: DaCapoError | undefined;

  private constructor(
    private readonly file: string,
    name: 'writer' | 'reader',
  ) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.worker = new Worker(new URL(`./${name}.worker.${extension}`, import.meta.url), { workerData: { file } });
    this.worker.on('message', (answer: Answer) => this.answered(answer));
    this.worker.on('error', (error) => this.fail(error));
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.worker.once('exit', () => this.fail(new Error('its thread ended')));
  }

  /** Resolves when the thread has opened the file. */
  static async start(file: string, name: 'writer' | 'reader'): Promise<StoreThread> {
    const thread = new StoreThread(file, name);
    await new Promise((resolve, reject) => thread.asked.set(0, { resolve, reject }));
    return thread;
  }

  async write(steps: readonly WriteStep[]): Promise<void> {
    await this.ask({ steps });
  }

  /** The rows that the statement finds for each set of parameters. */
  read(sql: string, ...parameters: readonly (readonly Cell[])[]): Promise<readonly Row[]> {
    return this.ask({ sql, parameters });
  }

  async close(): Promise<void> {
    this.failure ??= new DaCapoError('STORE_UNAVAILABLE', 'the store is closed');
    this.worker.postMessage(undefined);
    await this.exited;
  }

  private ask(question: object): Promise<readonly Row[]> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.asked.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...question });
    });
  }

  private answered(answer: Answer): void {
    const asked = this.asked.get(answer.id);
    this.asked.delete(answer.id);
    if ('rows' in answer) asked?.resolve(answer.rows);
    else asked?.reject(new DaCapoError('STORE_UNAVAILABLE', `the views file ${this.file} failed: ${answer.failure}`));
  }

  private fail(cause: Error): void {
    const options = { cause };
    this.failure ??= new DaCapoError(
      'STORE_UNAVAILABLE',
      `the views file ${this.file} failed: ${cause.message}`,
      options,
    );
    for (const { reject } of this.asked.values()) reject(this.failure);
    this.asked.clear();
  }
}
