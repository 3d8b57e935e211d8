/**
 * A worker that takes its tasks from Kafka and reports through `inbox`. The offset of a task is committed after its result is durable: a worker
 * that dies gets the task again, or another one of its group does. Tasks of one partition are worked on side by side.
 */
import { hostname } from 'node:os';
import process, { pid } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { taskTopicName } from '@dacapo/contracts';
import type { EachBatchPayload, Kafka } from 'kafkajs';

import {
  consoleLog,
  defaultTopicPrefix,
  type KafkaOptions,
  messageOf,
  openKafka,
  type SdkLog,
  sha256,
} from './connection.js';
import { ConsumerLife } from './consumer-life.js';
import { Outbox } from './outbox.js';
import { Progress } from './progress.js';
import { parseTask } from './run-task.js';
import { Slots } from './slots.js';
import type { KafkaTask, WorkerTask } from './task.js';
import { type Manners, TaskInHand } from './task-in-hand.js';

export interface KafkaWorkerOptions extends KafkaOptions {
  readonly tasks: readonly KafkaTask[];
  /** Workers of one group share the tasks. */
  readonly groupId: string;
  /** Shown with its tasks. Default: host and process. */
  readonly workerId?: string;
  /** Tasks at a time. Default 20. */
  readonly concurrency?: number;
  /** Default 250. */
  readonly announceAfterMs?: number;
  /** So long does `stop` wait for tasks in hand before their signal is aborted. Default 30,000. */
  readonly drainMs?: number;
  /** Makes task topics that are missing. Default true. */
  readonly createTopics?: boolean;
}

const commitMs = 500;
const restartMs = 1_000;
const heartbeatMs = 1_000;

export class KafkaWorker {
  /** Tasks reported since the start, and records that were none. */
  done = 0;
  garbage = 0;
  private readonly kafka: Kafka;
  private readonly log: SdkLog;
  private readonly manners: Manners;
  private readonly outbox: Outbox;
  private readonly slots: Slots;
  private readonly byTopic: ReadonlyMap<string, KafkaTask>;
  private readonly partitions = new Map<string, Progress>();
  private readonly joined = Promise.withResolvers<void>();
  private readonly stopping = new AbortController();
  private life: ConsumerLife | undefined;
  private living: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private committing: NodeJS.Timeout | undefined;

  constructor(private readonly options: KafkaWorkerOptions) {
    const { topicPrefix = defaultTopicPrefix, log = consoleLog, concurrency = 20, announceAfterMs = 250 } = options;
    this.kafka = openKafka(options);
    this.log = log;
    this.manners = { workerId: options.workerId ?? `${hostname()}:${pid}`, announceAfterMs };
    this.outbox = new Outbox(this.kafka, `${topicPrefix}inbox`, log);
    this.slots = new Slots(concurrency);
    this.byTopic = new Map(
      options.tasks.map((task) => [taskTopicName(topicPrefix, task.name, task.domain, sha256), task]),
    );
  }

  /** Resolves when it is a member of its group, however long the broker takes. */
  async start(): Promise<void> {
    this.living = this.live();
    this.committing = setInterval(() => void this.commit(), commitMs);
    await this.joined.promise;
  }

  /** Works until SIGTERM or SIGINT, then finishes what it has. */
  async run(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    });
    await this.start();
    await ended;
    await this.stop();
  }

  /** Takes nothing more, finishes the tasks in hand, and leaves the group. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<void> {
    this.stopping.abort();
    this.life?.pause();
    const late = pause(this.options.drainMs ?? 30_000, undefined, { ref: false }).then(() => {
      for (const progress of this.partitions.values()) progress.lose();
    });
    await Promise.race([this.slots.allFree(), late]);
    clearInterval(this.committing);
    await this.commit();
    this.life?.stop();
    await this.living;
    await this.outbox.close();
  }

  private async live(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const { groupId, createTopics = true } = this.options;
      this.life = new ConsumerLife({
        kafka: this.kafka,
        groupId,
        topics: [...this.byTopic.keys()],
        createTopics,
        onJoin: (assignment) => this.onJoin(assignment),
        onBatch: (payload) => this.take(payload),
      });
      try {
        await this.life.run();
      } catch (error) {
        this.log.warn(`The consumer of group ${groupId} failed (${messageOf(error)}); another one begins`);
        await pause(restartMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private onJoin(assignment: Readonly<Record<string, readonly number[]>>): void {
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((each) => keyOf(topic, each))),
    );
    for (const [key, progress] of this.partitions) {
      if (mine.has(key)) continue;
      progress.lose();
      this.partitions.delete(key);
    }
    this.joined.resolve();
  }

  private async take(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    for (const { offset, value } of messages) {
      await this.slot(payload);
      if (!payload.isRunning() || payload.isStale() || this.stopping.signal.aborted) return this.slots.free();
      void this.handle({ topic, partition, offset: Number(offset), value });
      payload.resolveOffset(offset);
    }
    await payload.heartbeat();
  }

  /** Waits for room without being taken for dead. Rejects when the group begins anew. */
  private async slot(payload: EachBatchPayload): Promise<void> {
    if (this.slots.takeAtOnce()) return;
    const slot = this.slots.take();
    try {
      while (!(await Promise.race([slot.then(() => true), pause(heartbeatMs, false)]))) await payload.heartbeat();
    } catch (error) {
      void slot.then(() => this.slots.free());
      throw error;
    }
  }

  private async handle(record: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly value: Buffer | null;
  }): Promise<void> {
    const { topic, partition, offset, value } = record;
    const progress = this.progressOf(topic, partition);
    try {
      if (!progress.begin(offset)) return;
      const kafkaTask = this.byTopic.get(topic);
      const task = parseTask(value);
      if (kafkaTask === undefined || task === undefined) this.passOver(topic, partition, offset);
      else await this.work(kafkaTask, task, `${task.taskId}:${partition}:${offset}`, progress.signal);
      progress.end(offset);
    } catch (error) {
      // Its offset is not committed: it is delivered again.
      this.log.warn(`A task of ${topic} could not be reported (${messageOf(error)})`);
    } finally {
      this.slots.free();
    }
  }

  private async work(kafkaTask: KafkaTask, task: WorkerTask, id: string, signal: AbortSignal): Promise<void> {
    await new TaskInHand(task, id, this.outbox, this.manners).work(kafkaTask, signal);
    this.done += 1;
  }

  private passOver(topic: string, partition: number, offset: number): void {
    this.garbage += 1;
    this.log.error(`The record at ${topic}:${partition}:${offset} is no task; it is passed over`);
  }

  private progressOf(topic: string, partition: number): Progress {
    const key = keyOf(topic, partition);
    let progress = this.partitions.get(key);
    if (progress === undefined) this.partitions.set(key, (progress = new Progress()));
    return progress;
  }

  private async commit(): Promise<void> {
    for (const [key, progress] of this.partitions) {
      const { position } = progress;
      if (position === undefined) continue;
      const [topic = '', partition = ''] = key.split(':');
      try {
        await this.life?.commit(topic, Number(partition), position);
        progress.committed(position);
      } catch {
        // The group begins anew, or the broker is away: the next one is tried, or the tasks come again.
        return;
      }
    }
  }
}

/** No topic has a colon in its name. */
function keyOf(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}

/** `await kafkaWorker({ tasks, brokers: ['localhost:9092'], groupId: 'billing' }).run()` */
export function kafkaWorker(options: KafkaWorkerOptions): KafkaWorker {
  return new KafkaWorker(options);
}
