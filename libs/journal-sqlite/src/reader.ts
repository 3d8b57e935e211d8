/** Asks the reader's thread and turns its pages into events. */
import { Worker } from 'node:worker_threads';
import { decodeCommand, decodeEvent, formatPosition } from '@dacapo/contracts';
import type { DefinitionEntry, EventBatch, HistoryEntry, StoredEvent } from '@dacapo/ports';
import { limits } from './limits.js';
import type { ReaderAnswer, ReaderData, ReaderPage, ReaderQuestion } from './reader-protocol.js';
import { offsetOf, rowKey } from './row-key.js';
import { unavailable } from './unavailable.js';

interface Asked {
  readonly resolve: (page: ReaderPage) => void;
  readonly reject: (error: unknown) => void;
}

export class Reader {
  private readonly asked = new Map<number, Asked>();
  /** Made with the first question, and again with the next one after it broke. */
  private worker: Worker | undefined;
  private lastId = 0;
  private isClosed = false;

  constructor(private readonly file: string) {}

  /** A page of events from an offset on, up to `to` (exclusive). */
  async events(partition: number, from: number, to: number): Promise<EventBatch> {
    const page = await this.ask({ kind: 'events', from: rowKey(partition, from), to: rowKey(partition, to) });
    const events = page.keys.flatMap((key, i) => storedEvents(page.texts[i] ?? '', offsetOf(key)));
    const nextOffset = page.isLast ? Math.max(from, to) : offsetOf(page.keys.at(-1) ?? 0) + 1;
    return { partition, events, nextOffset };
  }

  async history(workflow: string, partition: number): Promise<HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for await (const { keys, texts } of this.pages((after) => ({ kind: 'history', workflow, after }), -1)) {
      keys.forEach((key, i) => {
        const offset = offsetOf(key);
        const command = decodeCommand(texts[2 * i] ?? '');
        const events = storedEvents(texts[2 * i + 1] ?? '', offset);
        entries.push({ causation: formatPosition(partition, offset), command, events });
      });
    }
    return entries;
  }

  /** The last value of each key that has one, as it was before the id `to`. */
  async *definitions(to: number): AsyncIterable<DefinitionEntry[]> {
    for await (const { keys, texts } of this.pages((after) => ({ kind: 'definitions', after, to }), 0)) {
      const entries = keys.map((_, i) => ({ key: texts[2 * i] ?? '', value: texts[2 * i + 1] ?? null }));
      yield entries.filter((entry) => entry.value !== null);
    }
  }

  /** A row with this id or a later one is there. */
  async hasDefinition(id: number): Promise<boolean> {
    const page = await this.ask({ kind: 'definitions', after: id - 1, to: Number.MAX_SAFE_INTEGER });
    return page.keys.length > 0;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { worker } = this;
    if (worker === undefined) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage(undefined);
    await exited;
  }

  private async *pages(question: (after: number) => ReaderQuestion, start: number): AsyncIterable<ReaderPage> {
    for (let after = start; ;) {
      const page = await this.ask(question(after));
      yield page;
      if (page.isLast) return;
      after = page.keys.at(-1) ?? after;
    }
  }

  private ask(question: ReaderQuestion): Promise<ReaderPage> {
    if (this.isClosed) return Promise.reject(unavailable('the journal is closed'));
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.asked.set(id, { resolve, reject });
      worker.postMessage({ id, question });
    });
  }

  private start(): Worker {
    const { readRowsMax, readCharactersMax } = limits;
    const workerData: ReaderData = { file: this.file, rowsMax: readRowsMax, charactersMax: readCharactersMax };
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./reader.worker.${extension}`, import.meta.url), { workerData });
    worker.on('message', (answer: ReaderAnswer) => this.answered(answer));
    worker.on('error', (error) => this.broke(error.message));
    worker.once('exit', () => this.broke('its thread ended'));
    return worker;
  }

  private answered(answer: ReaderAnswer): void {
    const asked = this.asked.get(answer.id);
    this.asked.delete(answer.id);
    if ('page' in answer) asked?.resolve(answer.page);
    else asked?.reject(unavailable(`the journal file cannot be read: ${answer.failure}`));
  }

  private broke(message: string): void {
    this.worker = undefined;
    for (const { reject } of this.asked.values()) reject(unavailable(`the journal file cannot be read: ${message}`));
    this.asked.clear();
  }
}

function storedEvents(texts: string, offset: number): StoredEvent[] {
  if (texts === '') return [];
  return texts.split('\n').map((text) => ({ event: decodeEvent(text), text, offset }));
}
