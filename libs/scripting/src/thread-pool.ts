/** A few worker threads that answer one question at a time each. A thread that fails or is late costs only its own question. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { limits } from './limits.js';

export interface ThreadPoolOptions<Question, Answer> {
  readonly file: URL;
  readonly workerOptions: WorkerOptions;
  readonly threads: number;
  /** Questions that wait for a thread. */
  readonly waitingMax: number;
  /** And what they may hold together, by `sizeOf`. */
  readonly waitingSizeMax: number;
  readonly sizeOf: (question: Question) => number;
  /** From the moment a thread has the question, milliseconds. */
  readonly deadlineMs: number;
  /** Whether the thread that gave this answer must not be asked again. */
  readonly isSpent?: (answer: Answer) => boolean;
}

/** `late`: its thread was ended at the deadline; `died`: its thread ended by itself. */
export type Asked<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly why: 'busy' | 'late' | 'closed' }
  | { readonly ok: false; readonly why: 'died'; readonly cause: string };

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (asked: Asked<Answer>) => void;
}

interface Thread<Question, Answer> {
  readonly worker: Worker;
  isReady: boolean;
  current: Waiting<Question, Answer> | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class ThreadPool<Question, Answer> {
  private readonly threads = new Set<Thread<Question, Answer>>();
  private readonly endings = new Set<Promise<unknown>>();
  private waiting: Waiting<Question, Answer>[] = [];
  private waitingSize = 0;
  private isClosed = false;

  constructor(private readonly options: ThreadPoolOptions<Question, Answer>) {
    while (this.threads.size < options.threads) this.startThread();
  }

  /** Never rejects. */
  ask(question: Question): Promise<Asked<Answer>> {
    return new Promise((resolve) => {
      if (this.isClosed) return resolve({ ok: false, why: 'closed' });
      if (this.isFull()) return resolve({ ok: false, why: 'busy' });
      this.waiting.push({ question, resolve });
      this.waitingSize += this.options.sizeOf(question);
      this.dispatch();
    });
  }

  /** Ends all threads. Whoever waits hears `closed`. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const { resolve } of this.waiting.splice(0)) resolve({ ok: false, why: 'closed' });
    for (const thread of this.threads) this.end(thread, { ok: false, why: 'closed' });
    await Promise.all(this.endings);
  }

  private isFull(): boolean {
    return this.waiting.length >= this.options.waitingMax || this.waitingSize >= this.options.waitingSizeMax;
  }

  private takeWaiting(): Waiting<Question, Answer> | undefined {
    const first = this.waiting.shift();
    if (first !== undefined) this.waitingSize -= this.options.sizeOf(first.question);
    return first;
  }

  private dispatch(): void {
    for (const thread of this.threads) {
      if (this.waiting.length === 0) return;
      if (thread.isReady && thread.current === undefined) this.give(thread);
    }
    // Threads that died while nobody waited are missing.
    if (this.waiting.length > 0 && !this.isClosed && this.threads.size < this.options.threads) this.startThread();
  }

  private give(thread: Thread<Question, Answer>): void {
    thread.current = this.takeWaiting();
    if (thread.current === undefined) return;
    thread.timer = setTimeout(() => this.end(thread, { ok: false, why: 'late' }), this.options.deadlineMs);
    thread.worker.postMessage(thread.current.question);
  }

  private startThread(): void {
    const worker = new Worker(this.options.file, this.options.workerOptions);
    const thread: Thread<Question, Answer> = { worker, isReady: false, current: undefined, timer: undefined };
    this.threads.add(thread);
    const died = (cause: string) => this.end(thread, { ok: false, why: 'died', cause });
    thread.timer = setTimeout(() => died('its thread did not start'), limits.startMs);
    worker.once('message', () => {
      clearTimeout(thread.timer);
      thread.isReady = true;
      worker.on('message', (answer: Answer) => this.answered(thread, answer));
      this.dispatch();
    });
    worker.once('error', (error: unknown) => died(error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => died('its thread ended'));
  }

  private answered(thread: Thread<Question, Answer>, answer: Answer): void {
    clearTimeout(thread.timer);
    const { current } = thread;
    thread.current = undefined;
    if (this.options.isSpent?.(answer) === true) this.end(thread, { ok: true, answer });
    current?.resolve({ ok: true, answer });
    this.dispatch();
  }

  /**
   * Takes the thread out of the pool. The question it had gets the outcome; if it had none because it never started, the one
   * that waits longest does, so that threads that cannot start do not keep anybody waiting for ever.
   */
  private end(thread: Thread<Question, Answer>, asked: Asked<Answer>): void {
    if (!this.threads.delete(thread)) return;
    clearTimeout(thread.timer);
    const ending = thread.worker.terminate();
    this.endings.add(ending);
    void ending.finally(() => this.endings.delete(ending));
    const owner = thread.current ?? (thread.isReady ? undefined : this.takeWaiting());
    owner?.resolve(asked);
    // A thread that could not even start is started again only for somebody who waits.
    if (!this.isClosed && thread.isReady) this.startThread();
    this.dispatch();
  }
}
