/** The ownership of a partition: how it is taken, and how the owner appends. What makes it safe is `admit` (contracts). */
import { hash } from 'node:crypto';
import {
  admit,
  DaCapoError,
  type Fence,
  formatPosition,
  invariant,
  type SealedEvent,
  sealEvent,
} from '@dacapo/contracts';
import { type Claim, type Decision, type EventBatch, reachCrashPoint, type StoredEvent } from '@dacapo/ports';
import { type AppendQueue, bytesOf } from './append-queue.js';
import type { KafkaCommandSource } from './command-source.js';
import { limits } from './limits.js';
import type { LogReader } from './log-reader.js';
import { unavailable } from './outage.js';
import type { OutgoingRecord } from './producer.js';
import { eventOf, isClaim, type LogRecord, sizeOf } from './record.js';

export interface ClaimContext {
  readonly topic: string;
  readonly reader: Pick<LogReader, 'end' | 'read'>;
  readonly queue: Pick<AppendQueue, 'append'>;
  /** The broker takes no bigger record batch. */
  readonly batchBytes: number;
  readonly now: () => number;
  readonly openSource: (partition: number, fromOffset: number) => KafkaCommandSource;
  readonly onEnd: (claim: KafkaClaim) => void;
}

export interface ClaimRequest {
  readonly partition: number;
  readonly owner: string;
  readonly since: { readonly offset: number; readonly epoch: number };
}

/** Reads to the end, claims the next epoch, reads up to the claim; again when somebody else was faster with the number. */
export async function takePartition(context: ClaimContext, request: ClaimRequest): Promise<KafkaClaim> {
  const { partition, owner, since } = request;
  const tail = new Tail(context, partition, since);
  await tail.readTo(await context.reader.end(partition));
  for (;;) {
    const epoch = tail.fence.epoch + 1;
    const offset = await context.queue.append(partition, [claimRecord(partition, owner, epoch, context.now())]);
    await tail.readTo(offset + 1);
    if (tail.isValid(offset)) return new KafkaClaim(context, partition, epoch, tail);
  }
}

function claimRecord(partition: number, owner: string, epoch: number, time: number): OutgoingRecord {
  const causation = formatPosition(partition, 0);
  const header = { workflowId: '', seq: 0, time, causation, epoch, previousHash: '' };
  const { text } = sealEvent('PartitionClaimed', { owner }, header, (input) => hash('sha256', input, 'base64url'));
  return { partition, key: null, value: text, type: 'PartitionClaimed' };
}

/** What lies between the caller's knowledge and the claim. Kept while it is small, else read again when asked for. */
class Tail {
  fence: Fence;
  private next: number;
  private kept: LogRecord[] | undefined = [];
  private keptBytes = 0;
  private lastClaim = -1;

  constructor(
    private readonly context: ClaimContext,
    private readonly partition: number,
    private readonly since: { readonly offset: number; readonly epoch: number },
  ) {
    this.fence = { epoch: since.epoch };
    this.next = since.offset;
  }

  async readTo(end: number): Promise<void> {
    for await (const records of this.context.reader.read(this.partition, this.next, end)) {
      for (const record of records) this.take(record);
    }
    this.next = Math.max(this.next, end);
  }

  get end(): number {
    return this.next;
  }

  isValid(claimOffset: number): boolean {
    return this.lastClaim === claimOffset;
  }

  async *batches(): AsyncGenerator<EventBatch> {
    if (this.kept) {
      if (this.kept.length > 0) yield this.batchOf(this.kept);
      return;
    }
    for await (const records of this.context.reader.read(this.partition, this.since.offset, this.next)) {
      yield this.batchOf(records);
    }
  }

  private take(record: LogRecord): void {
    // Only claims move the fence, so the rest needs no decoding here.
    if (isClaim(record)) {
      const admission = admit(this.fence, eventOf(record, this.place).event);
      if (admission.admitted) {
        this.fence = admission.fence;
        this.lastClaim = record.offset;
      }
    }
    this.keptBytes += sizeOf(record);
    if (this.keptBytes > limits.tailBufferBytes) this.kept = undefined;
    this.kept?.push(record);
  }

  private batchOf(records: readonly LogRecord[]): EventBatch {
    const events = records.map((record) => eventOf(record, this.place));
    return { partition: this.partition, events, nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
  }

  private get place(): string {
    return `${this.context.topic}:${this.partition}`;
  }
}

export class KafkaClaim implements Claim {
  readonly decisionBytesMax: number;
  private readonly sources = new Set<KafkaCommandSource>();
  /** We are the only writer, so we know which offset the next append gets. */
  private nextOffset: number;
  private over: DaCapoError | undefined;
  private isAppending = false;

  constructor(
    private readonly context: ClaimContext,
    readonly partition: number,
    readonly epoch: number,
    private readonly tailRead: Tail,
  ) {
    this.nextOffset = tailRead.end;
    this.decisionBytesMax = context.batchBytes;
  }

  tail(): AsyncIterable<EventBatch> {
    return this.tailRead.batches();
  }

  commands(fromOffset: number): KafkaCommandSource {
    const source = this.context.openSource(this.partition, fromOffset);
    this.sources.add(source);
    return source;
  }

  async append(decisions: readonly Decision[]): Promise<readonly (readonly StoredEvent[])[]> {
    if (this.over) throw this.over;
    invariant(!this.isAppending, 'I12 a claim appends one batch after the other');
    this.isAppending = true;
    try {
      const stored: (readonly StoredEvent[])[] = [];
      for (const part of this.partsOf(decisions)) stored.push(...(await this.appendPart(part)));
      return stored;
    } catch (error) {
      this.over = unavailable(`partition ${this.partition}: this claim (epoch ${this.epoch}) is over`, error);
      throw error;
    } finally {
      this.isAppending = false;
    }
  }

  async release(): Promise<void> {
    this.over ??= unavailable(`partition ${this.partition} was released`);
    this.context.onEnd(this);
    await Promise.all([...this.sources].map((source) => source.close()));
  }

  private async appendPart(decisions: readonly Decision[]): Promise<readonly (readonly StoredEvent[])[]> {
    const events = decisions.flatMap((decision) => decision.events);
    if (events.length === 0) return decisions.map(() => []);
    const expected = this.nextOffset;
    reachCrashPoint('append:before');
    const offset = await this.context.queue.append(
      this.partition,
      events.map((event) => this.recordOf(event)),
    );
    reachCrashPoint('append:written');
    if (offset !== expected) await this.expectNobodyBelieved(expected, offset);
    reachCrashPoint('append:after');
    this.nextOffset = offset + events.length;
    let next = offset;
    return decisions.map((decision) => decision.events.map(({ event, text }) => ({ event, text, offset: next++ })));
  }

  /**
   * Higher than expected: somebody wrote in between. An owner who lost the partition to us may have: no reader believes
   * that, and we go on. Lower: the broker took our batch for a repeat and stored nothing.
   */
  private async expectNobodyBelieved(expected: number, acknowledged: number): Promise<void> {
    const what = `partition ${this.partition}: another writer appended: offset ${expected} was expected, ${acknowledged} was acknowledged`;
    if (!(acknowledged > expected)) throw unavailable(what);
    for await (const records of this.context.reader.read(this.partition, expected, acknowledged)) {
      for (const record of records) {
        const { event } = eventOf(record, `${this.context.topic}:${this.partition}`);
        if (admit({ epoch: this.epoch }, event).admitted) throw unavailable(what);
      }
    }
  }

  /** A decision is never split; several go together as long as they fit into one record batch. */
  private partsOf(decisions: readonly Decision[]): readonly (readonly Decision[])[] {
    const parts: Decision[][] = [];
    let bytes = Infinity;
    for (const decision of decisions) {
      const size = decision.events.reduce((sum, event) => sum + bytesOf(this.recordOf(event)), 0);
      if (size > this.context.batchBytes) {
        const { id, workflowId } = decision.command;
        throw new DaCapoError(
          'INVARIANT_BROKEN',
          `the decision of command ${id} for workflow ${workflowId} has ${size} bytes, the events topic takes ${this.context.batchBytes}`,
        );
      }
      bytes += size;
      const part = parts.at(-1);
      if (part !== undefined && bytes <= Math.min(limits.batchBytes, this.context.batchBytes)) {
        part.push(decision);
        continue;
      }
      parts.push([decision]);
      bytes = size;
    }
    return parts;
  }

  private recordOf({ event, text }: SealedEvent): OutgoingRecord {
    return { partition: this.partition, key: event.workflowId, value: text, type: event.type };
  }
}
