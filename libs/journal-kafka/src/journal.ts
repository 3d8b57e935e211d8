/**
 * The journal on Kafka: topics `<prefix>commands` and `<prefix>events`. What makes it correct stands in the log (causation,
 * claims, seq) and not in Kafka's groups or transactions; this file only puts the parts together.
 */
import { type Command, DaCapoError, encodeCommand, invariant, partitionOf } from '@dacapo/contracts';
import type {
  Claim,
  Clock,
  EventBatch,
  HistoryEntry,
  Journal,
  LogRange,
  Subscription,
  ValueFraming,
} from '@dacapo/ports';
import { AppendQueue, bytesOf } from './append-queue.js';
import { Batcher, type Parcel } from './batcher.js';
import { type KafkaClaim, takePartition } from './claim.js';
import { type KafkaConnection, openClient } from './client.js';
import { KafkaCommandSource } from './command-source.js';
import { FetchLoop } from './fetch-loop.js';
import { Follower } from './follower.js';
import { findHistory } from './history.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { LogReader } from './log-reader.js';
import { unavailable } from './outage.js';
import { LogProducer, type OutgoingRecord } from './producer.js';
import { eventOf } from './record.js';
import { batchBytesOf, checkJournalTopics, ensureTopics, type FoundTopic, topicSpecs } from './topics.js';

export interface KafkaJournalOptions extends KafkaConnection {
  /** With its dot; default `dacapo.`. */
  readonly topicPrefix?: string;
  /** For the creation only, default 16: the number that is found on the broker wins. */
  readonly partitionCount?: number;
  /** Make the topics that are missing. */
  readonly createTopics: boolean;
  readonly log: Log;
  /** Followers of events get what has come together in so many milliseconds; default 0: at once. */
  readonly followRestMs?: number;
  /** Stamps claims; default the system's. Commands are stamped by the broker. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Frames what is written; default: plain JSON. What is read may be either. */
  readonly framing?: ValueFraming;
  /** Ends the wait for a broker that is away at start. */
  readonly signal?: AbortSignal;
}

interface CommandParcel extends Parcel {
  readonly outgoing: readonly OutgoingRecord[];
}

export class KafkaJournal implements Journal {
  readonly isSendDurable = true;
  readonly partitionCount: number;
  private readonly parts: Parts;
  private readonly commandBatcher: Batcher<CommandParcel, void>;
  private readonly appendQueue: AppendQueue;
  private readonly claims = new Set<KafkaClaim>();
  private readonly sources = new Set<KafkaCommandSource>();
  private readonly followers = new Set<Follower>();
  private closing: Promise<void> | undefined;

  /** Waits for a broker that is away (says so once); rejects when the topics are not as the journal needs them. */
  static async open(options: KafkaJournalOptions): Promise<KafkaJournal> {
    const prefix = options.topicPrefix ?? 'dacapo.';
    const partitions = options.partitionCount ?? 16;
    const specs = [topicSpecs.commands(prefix, partitions), topicSpecs.events(prefix, partitions)] as const;
    const found = await ensureTopics({ ...options, topics: specs });
    const [commands, events] = specs.map((spec) => found.get(spec.name));
    invariant(commands && events, 'the topics were found');
    checkJournalTopics(commands, events);
    if (commands.partitions !== partitions && options.partitionCount !== undefined) {
      options.log.warn(
        `${commands.name} has ${commands.partitions} partitions, not ${partitions}: going on with ${commands.partitions}`,
      );
    }
    return new KafkaJournal(options, commands, events);
  }

  private constructor(
    private readonly options: KafkaJournalOptions,
    private readonly commands: FoundTopic,
    private readonly events: FoundTopic,
  ) {
    this.partitionCount = events.partitions;
    this.parts = openParts(options, commands.name, events.name);
    this.appendQueue = new AppendQueue(this.parts.events.producer);
    this.commandBatcher = new Batcher<CommandParcel, void>(
      { bytes: limits.batchBytes, records: limits.batchRecords, waitingBytes: limits.waitingBytes },
      async (parcels) => {
        await this.parts.commands.producer.produce(parcels.flatMap((parcel) => parcel.outgoing));
        return parcels.map(() => undefined);
      },
    );
  }

  async send(commands: readonly Command[]): Promise<void> {
    this.expectOpen();
    await Promise.all(this.parcelsOf(commands).map((parcel) => this.commandBatcher.add(parcel)));
  }

  async claim(
    partition: number,
    owner: string,
    since: { readonly offset: number; readonly epoch: number },
  ): Promise<Claim> {
    this.expectOpen();
    this.expectPartition(partition);
    const claim = await takePartition(
      {
        topic: this.events.name,
        reader: this.parts.events.reader,
        queue: this.appendQueue,
        batchBytes: batchBytesOf(this.events),
        now: () => (this.options.clock ?? systemClock).now(),
        openSource: (of, fromOffset) => this.openSource(of, fromOffset),
        onEnd: (ended) => this.claims.delete(ended),
      },
      { partition, owner, since },
    );
    this.claims.add(claim);
    return claim;
  }

  async *read(partition: number, fromOffset: number, toOffset?: number): AsyncIterable<EventBatch> {
    this.expectPartition(partition);
    const end = await this.end(partition);
    const to = toOffset === undefined ? end : Math.min(toOffset, end);
    for await (const records of this.parts.events.reader.read(partition, fromOffset, to)) {
      const events = records.map((record) => eventOf(record, `${this.events.name}:${partition}`));
      yield { partition, events, nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
    }
  }

  async end(partition: number): Promise<number> {
    this.expectOpen();
    this.expectPartition(partition);
    return this.parts.events.reader.end(partition);
  }

  follow(
    from: ReadonlyMap<number, number>,
    onBatch: (batch: EventBatch) => void | Promise<void>,
    onFailure: (error: unknown) => void,
  ): Promise<Subscription> {
    this.expectOpen();
    for (const partition of from.keys()) this.expectPartition(partition);
    const { loop } = this.parts.events;
    const onClose = (follower: Follower): void => void this.followers.delete(follower);
    const follower = new Follower({ loop, topic: this.events.name, from, onBatch, onFailure, onClose });
    this.followers.add(follower);
    return Promise.resolve(follower);
  }

  async history(workflowId: string, range?: LogRange): Promise<readonly HistoryEntry[]> {
    this.expectOpen();
    const partition = partitionOf(workflowId, this.partitionCount);
    const { events, commands } = this.parts;
    const place = { events: events.reader, commands: commands.reader, workflowId, partition };
    return findHistory(range === undefined ? place : { ...place, range });
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await Promise.all([...this.claims].map((claim) => claim.release()));
    await Promise.all([...this.followers].map((follower) => follower.close()));
    await Promise.all([...this.sources].map((source) => source.close()));
    await Promise.all(
      Object.values(this.parts).flatMap(({ producer, reader, loop }) => [
        producer.close(),
        reader.close(),
        loop.close(),
      ]),
    );
  }

  private openSource(partition: number, fromOffset: number): KafkaCommandSource {
    this.expectOpen();
    const place = `${this.commands.name}:${partition}`;
    const onClose = (ended: KafkaCommandSource): void => void this.sources.delete(ended);
    const source = new KafkaCommandSource({ loop: this.parts.commands.loop, place, partition, fromOffset, onClose });
    this.sources.add(source);
    return source;
  }

  /** Cut so that no parcel is bigger than a batch; a single command that is too big is refused. */
  private parcelsOf(commands: readonly Command[]): readonly CommandParcel[] {
    const maxBytes = batchBytesOf(this.commands);
    const parcels: { outgoing: OutgoingRecord[]; bytes: number; records: number }[] = [];
    for (const command of commands) {
      const partition = partitionOf(command.workflowId, this.partitionCount);
      const record = { partition, key: command.workflowId, value: encodeCommand(command), type: command.type };
      const bytes = bytesOf(record);
      if (bytes > maxBytes) {
        throw new DaCapoError(
          'REQUEST_INVALID',
          `command ${command.id} has ${bytes} bytes, the commands topic takes ${maxBytes}`,
        );
      }
      const last = parcels.at(-1);
      if (last !== undefined && last.bytes + bytes <= limits.batchBytes && last.records < limits.batchRecords) {
        last.outgoing.push(record);
        last.bytes += bytes;
        last.records++;
      } else {
        parcels.push({ outgoing: [record], bytes, records: 1 });
      }
    }
    return parcels;
  }

  private expectOpen(): void {
    if (this.closing) throw unavailable('the journal is closed');
  }

  private expectPartition(partition: number): void {
    invariant(
      partition >= 0 && partition < this.partitionCount,
      `partition ${partition} of ${this.partitionCount} does not exist`,
    );
  }
}

const systemClock = { now: () => Date.now() };

interface TopicParts {
  readonly producer: LogProducer;
  readonly reader: LogReader;
  readonly loop: FetchLoop;
}

interface Parts {
  readonly commands: TopicParts;
  readonly events: TopicParts;
}

/** None of them connects before it is used: a gateway never appends, an engine's lanes follow nothing. */
function openParts(options: KafkaJournalOptions, commands: string, events: string): Parts {
  const client = openClient(options);
  const { log, framing } = options;
  const partsOf = (topic: string, restMs = 0): TopicParts => ({
    producer: new LogProducer(client, topic, log, framing),
    reader: new LogReader(options, topic, log),
    loop: new FetchLoop({ connection: options, topic, log, restMs, isDense: true }),
  });
  return { commands: partsOf(commands), events: partsOf(events, options.followRestMs) };
}
