/**
 * Publishes tasks with `delivery: "kafka"` to their topics when they become ready. At least once: a worker's second result for a task is
 * refused by the engine. While it reads what it has missed it holds ready tasks back, so that those which are over by now do not go out again.
 */
import { taskText } from '@dacapo/api';
import { type Hash, schemaSubject, type TaskDocument, taskTopicName } from '@dacapo/contracts';
import type { Clock, Journal, ReadStore, StoredEvent, ValueFraming } from '@dacapo/ports';
import { taskOf } from '@dacapo/projections';
import type { DefinitionRegistry, Log } from '@dacapo/runtime';
import { handOut, runtimeLimits } from '@dacapo/runtime';
import type { Kafka } from 'kafkajs';

import type { EventSink } from '../checkpointed-reader.js';
import type { DeadLetter, DeadLetters } from '../dead-letters.js';
import { limits } from '../limits.js';
import { Patience } from '../patience.js';
import { type Outgoing, Publisher } from '../publisher.js';
import { isOffer, OpenTasks } from './open-tasks.js';

export const taskTopicReader = 'task-topics';

export interface TaskTopicsOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  /** Makes those topics that are missing. */
  readonly ensureTopics: (names: readonly string[]) => Promise<void>;
  readonly journal: Pick<Journal, 'history'>;
  readonly store: Pick<ReadStore, 'task' | 'workflow'>;
  readonly registry: DefinitionRegistry;
  readonly deadLetters: DeadLetters;
  /** Default: tasks are plain JSON. */
  readonly framing?: ValueFraming;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Puts secrets into the records. Default false: a topic keeps what is in it, so a record carries `${workflow.secrets.NAME}` and its worker
   * gets the value elsewhere (security E1).
   */
  readonly withSecrets?: boolean;
}

export class TaskTopics implements EventSink {
  private readonly open: OpenTasks;
  private readonly due = new Map<number, Map<string, TaskDocument>>();
  private readonly topics = new Set<string>();
  private readonly publisher: Publisher;
  private readonly patience: Patience;
  /** Tasks published since the start. */
  published = 0;

  constructor(private readonly options: TaskTopicsOptions) {
    const { kafka, clock, log, store, journal, framing } = options;
    this.open = new OpenTasks(store, journal);
    this.publisher = new Publisher({
      kafka,
      clock,
      log,
      framing,
      name: 'task topics',
      onFailure: () => this.topics.clear(),
    });
    this.patience = new Patience('the read store (task topics)', clock, log);
  }

  reset(): void {
    this.open.clear();
    this.due.clear();
    this.patience.resume();
    this.publisher.resume();
    this.options.deadLetters.resume();
  }

  async take(partition: number, events: readonly StoredEvent[], isCaughtUp: boolean): Promise<boolean> {
    const due = this.due.get(partition) ?? new Map<string, TaskDocument>();
    this.due.set(partition, due);
    for (const stored of events) await this.note(stored, partition, due);
    if (!isCaughtUp && due.size > 0 && due.size < limits.heldTasks) return false;
    if (due.size > 0) await this.publish([...due.values()]);
    due.clear();
    return true;
  }

  stop(): void {
    this.patience.stop();
    this.publisher.stop();
    this.options.deadLetters.stop();
  }

  async close(): Promise<void> {
    this.stop();
    await this.publisher.close();
  }

  private async note(stored: StoredEvent, partition: number, due: Map<string, TaskDocument>): Promise<void> {
    const { event } = stored;
    if (event.type === 'TasksRemoved') {
      this.open.remove(event.data.taskIds);
      for (const removed of event.data.taskIds) due.delete(removed);
      return;
    }
    const taskId = taskOf(event);
    if (taskId === undefined) return;
    const document = await this.patience.untilDone(() => this.open.after(stored, partition));
    if (document?.ready !== true) due.delete(taskId);
    else if (due.has(taskId) || isOffer(event) || event.type === 'TaskScheduled' || event.type === 'RetryScheduled')
      due.set(taskId, document);
  }

  private async publish(tasks: readonly TaskDocument[]): Promise<void> {
    const { registry, deadLetters } = this.options;
    // A definition may arrive a little later than the event that names it.
    await registry.whenAllKnown(
      [...new Set(tasks.map(({ definition }) => definition))],
      runtimeLimits.definitionWaitMs,
    );
    const records = await Promise.all(tasks.map((task) => this.recordOf(task)));
    const tooBig = records.filter(({ value }) => Buffer.byteLength(value) > limits.taskBytes);
    await deadLetters.write(tooBig.map(letterOf));
    const fitting = records.filter((record) => !tooBig.includes(record));
    await this.publisher.publish(fitting, () => this.ensureTopics(fitting));
    this.published += fitting.length;
  }

  private async recordOf(task: TaskDocument): Promise<Outgoing> {
    const { topicPrefix, hash } = this.options;
    // Of several domains the last: nobody polls a topic, so none is known to be asked for.
    const topic = taskTopicName(topicPrefix, task.queue ?? task.taskDefName, task.domain, hash);
    // One subject for the topics of all types: they hold the same.
    const subject = schemaSubject(`${topicPrefix}tasks`, 'Task');
    return { topic, key: task.taskId, value: await this.textOf(task), subject };
  }

  private async textOf(task: TaskDocument): Promise<string> {
    const { registry, withSecrets = false, log } = this.options;
    if (!withSecrets) return taskText(task, registry);
    try {
      const { task: handed, runtimeMetadata } = await handOut(task, registry);
      return taskText(handed, registry, runtimeMetadata === undefined ? {} : { runtimeMetadata });
    } catch (error) {
      log.error({ taskId: task.taskId, error }, 'secrets of a task cannot be read; it is published with their names');
      return taskText(task, registry);
    }
  }

  private async ensureTopics(records: readonly Outgoing[]): Promise<void> {
    const missing = [...new Set(records.map(({ topic }) => topic))].filter((topic) => !this.topics.has(topic));
    if (missing.length === 0) return;
    await this.options.ensureTopics(missing);
    for (const topic of missing) this.topics.add(topic);
  }
}

/** Nobody could take it off a topic. It stays SCHEDULED: its worker's definition may bound that by a poll timeout. */
function letterOf({ topic, key, value }: Outgoing): DeadLetter {
  return {
    code: 'REQUEST_INVALID',
    reason: `Task ${key} has ${Buffer.byteLength(value)} bytes, a task topic takes ${limits.taskBytes}: give it less input`,
    source: { topic, partition: -1, offset: '-1', key },
    payload: value,
  };
}
