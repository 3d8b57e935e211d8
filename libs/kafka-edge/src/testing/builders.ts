/** What the specs of this library build on: events as they stand in a log, and a broker of which only the records are of interest. */
import { createHash } from 'node:crypto';

import type { Event, EventData, EventType, Hash } from '@dacapo/contracts';
import type { StoredEvent } from '@dacapo/ports';
import type { Kafka } from 'kafkajs';

import type { Outgoing } from '../publisher.js';

export const hash: Hash = (text) => createHash('sha256').update(text).digest('base64url');
export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The events of one workflow, numbered as the log would. */
export class Story {
  private seq = 0;

  constructor(readonly workflowId: string) {}

  event<T extends EventType>(type: T, data: EventData<T>, commandId?: string): StoredEvent {
    this.seq += 1;
    const { seq, workflowId } = this;
    const header = { version: 1, workflowId, seq, time: 1_000 + seq, causation: `0:${seq}`, epoch: 1, hash: 'x' };
    const event = { ...header, type, data, ...(commandId === undefined ? {} : { commandId }) } as unknown as Event;
    return { event, text: '', offset: seq };
  }

  scheduled(taskId: string, changes: Partial<EventData<'TaskScheduled'>> = {}): StoredEvent {
    return this.event('TaskScheduled', {
      taskId,
      referenceTaskName: 'pay_ref',
      taskType: 'SIMPLE',
      taskDefName: 'pay',
      taskSeq: 1,
      input: {},
      queue: 'pay',
      delivery: 'kafka',
      ...changes,
    });
  }
}

export class FakeBroker {
  readonly records: Outgoing[] = [];
  /** So many sends fail. */
  failures = 0;
  connections = 0;

  get kafka(): Kafka {
    return { producer: () => this.producer() } as unknown as Kafka;
  }

  private producer(): object {
    this.connections += 1;
    return {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      sendBatch: ({
        topicMessages,
      }: {
        topicMessages: readonly { topic: string; messages: readonly Outgoing[] }[];
      }) => {
        if (this.failures-- > 0) return Promise.reject(new Error('the broker is away'));
        for (const { topic, messages } of topicMessages)
          this.records.push(...messages.map(({ key, value }) => ({ topic, key, value })));
        return Promise.resolve();
      },
    };
  }
}
