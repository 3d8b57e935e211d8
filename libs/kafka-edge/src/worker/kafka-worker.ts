/**
 * A worker that takes its tasks from Kafka and reports through `inbox`. The offset of a task is committed after its result is durable: a
 * worker that dies gets the task again, or another one of its group does. For the demo and the tests; the SDK's worker grows from it.
 */
import type { Hash } from '@dacapo/contracts';
import type { Clock } from '@dacapo/ports';
import { type Log, type Loop, Supervisor } from '@dacapo/runtime';
import type { EachMessagePayload, Kafka } from 'kafkajs';

import { consumerConfig, consumerLoop } from '../consumer-loop.js';
import { inboxTopic } from '../inbox/inbox.controller.js';
import { limits } from '../limits.js';
import { Publisher } from '../publisher.js';
import { taskTopicName } from '../tasks/task-topic-name.js';

/** Conductor's Task, as far as a worker needs it. */
export interface WorkerTask {
  readonly taskId: string;
  readonly workflowInstanceId: string;
  readonly taskDefName: string;
  readonly retryCount: number;
  readonly inputData: Readonly<Record<string, unknown>>;
}

/** Conductor's TaskResult without what the worker knows itself. */
export interface WorkerResult {
  readonly status: string;
  readonly outputData?: Readonly<Record<string, unknown>>;
  readonly reasonForIncompletion?: string;
}

export type Handler = (task: WorkerTask) => WorkerResult | Promise<WorkerResult>;

export interface KafkaWorkerOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  /** Handlers by task type. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly domain?: string;
  readonly workerId: string;
  readonly groupId: string;
  /** Say `StartTask` before the work: the response timeout counts from then on. */
  readonly announcesStart: boolean;
  /** Makes those topics that are missing: a consumer cannot wait for one. */
  readonly ensureTopics: (names: readonly string[]) => Promise<void>;
  readonly concurrency?: number;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

export class KafkaWorker {
  private readonly supervisor: Supervisor;
  private readonly publisher: Publisher;
  private readonly handlers = new Map<string, Handler>();
  /** Tasks reported since the start. */
  done = 0;

  constructor(private readonly options: KafkaWorkerOptions) {
    const { kafka, clock, log, handlers, topicPrefix, domain, hash } = options;
    for (const [type, handler] of Object.entries(handlers))
      this.handlers.set(taskTopicName(topicPrefix, type, domain, hash), handler);
    this.publisher = new Publisher({ kafka, clock, log, name: 'worker' });
    this.supervisor = new Supervisor('kafka-worker', () => this.loop(), clock, log);
  }

  /** Resolves when it is a member of its group for the first time. */
  start(): Promise<void> {
    return this.supervisor.start();
  }

  /** Finishes the tasks in hand. */
  async stop(): Promise<void> {
    await this.supervisor.stop();
    await this.publisher.close();
  }

  private loop(): Loop {
    const { kafka, groupId, ensureTopics, concurrency } = this.options;
    const topics = [...this.handlers.keys()];
    const consumer = kafka.consumer(consumerConfig(groupId));
    return consumerLoop({
      ...this.options,
      prepare: () => ensureTopics(topics),
      begin: async (watch) => {
        watch(consumer);
        await consumer.connect();
        await consumer.subscribe({ topics, fromBeginning: true });
        await consumer.run({
          partitionsConsumedConcurrently: concurrency ?? 4,
          eachMessage: (payload) => this.take(payload),
        });
      },
      end: () => consumer.disconnect(),
    });
  }

  private async take(payload: EachMessagePayload): Promise<void> {
    const { topic, partition, message } = payload;
    const handler = this.handlers.get(topic);
    const task = parseTask(message.value);
    if (handler === undefined || task === undefined) {
      this.options.log.error({ topic, partition, offset: message.offset }, 'a record is no task; it is passed over');
      return;
    }
    const { workerId, announcesStart } = this.options;
    const { taskId, workflowInstanceId } = task;
    // The same delivery has the same ids: what was said before a crash has no second effect.
    const delivery = `${taskId}:${partition}:${message.offset}`;
    if (announcesStart)
      await this.send(task, { type: 'StartTask', id: `${delivery}:start`, workflowInstanceId, taskId, workerId });
    const result = await this.work(handler, task, () => payload.heartbeat());
    await this.send(task, {
      type: 'UpdateTask',
      id: `${delivery}:result`,
      result: { ...result, taskId, workflowInstanceId, workerId },
    });
    this.done += 1;
  }

  /** Word to the group in between, so that a long task is not taken for a dead worker. */
  private async work(handler: Handler, task: WorkerTask, heartbeat: () => Promise<void>): Promise<WorkerResult> {
    const beat = setInterval(() => {
      // The next one of the consumer's own tells it what is wrong.
      heartbeat().catch(() => undefined);
    }, limits.heartbeatMs);
    try {
      return await handler(task);
    } catch (error) {
      return { status: 'FAILED', reasonForIncompletion: error instanceof Error ? error.message : String(error) };
    } finally {
      clearInterval(beat);
    }
  }

  /** One workflow's records stay in order. */
  private async send({ workflowInstanceId }: WorkerTask, record: object): Promise<void> {
    const topic = `${this.options.topicPrefix}${inboxTopic}`;
    await this.publisher.publish([{ topic, key: workflowInstanceId, value: JSON.stringify(record) }]);
  }
}

function parseTask(value: Buffer | null): WorkerTask | undefined {
  try {
    const task: unknown = value === null ? undefined : JSON.parse(value.toString('utf8'));
    return typeof task === 'object' && task !== null && 'taskId' in task ? (task as WorkerTask) : undefined;
  } catch {
    // Only the dispatcher publishes here; whatever this is, it is none of its tasks.
    return undefined;
  }
}
