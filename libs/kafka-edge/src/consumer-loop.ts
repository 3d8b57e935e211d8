/**
 * One life of a consumer of kafkajs as a supervised loop: any end of it, whatever the reason, ends in a new consumer. (By itself kafkajs begins
 * anew only after some errors, and stays dead without a word after the others.)
 */
import type { Clock } from '@dacapo/ports';
import type { Log, Loop } from '@dacapo/runtime';
import type { Consumer, Kafka } from 'kafkajs';

import { limits } from './limits.js';
import { Patience } from './patience.js';

export interface ConsumerLife {
  /** Makes the topics, or waits for the broker until it can. */
  readonly prepare: () => Promise<void>;
  readonly begin: (watch: (consumer: Consumer) => void) => Promise<void>;
  readonly end: () => Promise<void>;
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly clock: Clock;
  readonly log: Log;
}

export function consumerLoop({ prepare, begin, end, kafka, groupId, clock, log }: ConsumerLife): Loop {
  const ended = Promise.withResolvers<void>();
  // A crash while the consumer begins: whoever awaits it comes later.
  ended.promise.catch(() => undefined);
  const patience = new Patience(`Kafka (group ${groupId})`, clock, log);
  return {
    async run(onReady): Promise<void> {
      await prepare();
      await patience.untilDone(() => findCoordinator(kafka, groupId), { isRetryable: () => true });
      try {
        await begin((consumer) => {
          consumer.on(consumer.events.GROUP_JOIN, onReady);
          consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
        });
        await ended.promise;
      } finally {
        await end();
      }
    },
    stop(): Promise<void> {
      patience.stop();
      ended.resolve();
      return Promise.resolve();
    },
  };
}

// Without a type of its own: kafkajs and Nest have two for the same thing.
export function consumerConfig(groupId: string) {
  return {
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: limits.fetchWaitMs,
    sessionTimeout: limits.sessionMs,
    heartbeatInterval: limits.heartbeatMs,
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
  };
}

/** A broker that has just started takes a moment until it has one; a consumer would crash over that. */
async function findCoordinator(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.describeGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
}
