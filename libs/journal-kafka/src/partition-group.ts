/**
 * A consumer group as the word of who is to own which partitions. It reads nothing: its members are assigned the partitions of the topic, and
 * pause them. Kafka notices who has gone and who has come; what it says is a hint, and the claim in the log decides.
 */
import type { PartitionAssignment } from '@dacapo/ports';
// Its named exports cannot be seen from an ES module, only the whole.
import kafkajs, { type Assigner, type Consumer, type Kafka, type PartitionAssigner } from 'kafkajs';

import { type KafkaConnection, openClient } from './client.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { Outage } from './outage.js';
import { spread } from './spread.js';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export interface PartitionGroupOptions extends KafkaConnection {
  readonly groupId: string;
  /** Whose partitions are spread. */
  readonly topic: string;
  readonly log: Log;
}

export class PartitionGroup implements PartitionAssignment {
  private readonly kafka: Kafka;
  private readonly outage: Outage;
  private owned: readonly number[] = [];
  private confirm: (() => void)[] = [];
  private consumer: Consumer | undefined;
  private living: Promise<void> | undefined;
  private isClosed = false;

  constructor(private readonly options: PartitionGroupOptions) {
    this.kafka = openClient(options);
    this.outage = new Outage(`the group ${options.groupId}`, options.log);
  }

  start(onAssigned: (partitions: readonly number[]) => void): Promise<void> {
    this.living = this.live(onAssigned);
    return Promise.resolve();
  }

  confirmed(): Promise<void> {
    return new Promise((resolve) => {
      this.confirm.push(resolve);
    });
  }

  /** Leaves the group, so that others need not wait for the session to end. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.consumer?.disconnect();
    await this.living;
  }

  /** One consumer after the other: after some errors kafkajs stays dead without a word. */
  private async live(onAssigned: (partitions: readonly number[]) => void): Promise<void> {
    while (!this.isClosed) {
      const consumer = this.makeConsumer();
      this.consumer = consumer;
      try {
        await this.join(consumer, onAssigned);
      } catch (error) {
        if (!this.isClosed) await this.outage.failed(error);
      }
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private makeConsumer(): Consumer {
    return this.kafka.consumer({
      groupId: this.options.groupId,
      partitionAssigners: [this.assigner()],
      sessionTimeout: limits.groupSessionMs,
      rebalanceTimeout: limits.groupRebalanceMs,
      heartbeatInterval: limits.groupHeartbeatMs,
      // Nothing is fetched: it is the pause between two looks at the group.
      maxWaitTimeInMs: limits.groupHeartbeatMs,
      retry: { ...limits.groupRetry, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Resolves when the consumer has been stopped, rejects when it has failed. */
  private async join(consumer: Consumer, onAssigned: (partitions: readonly number[]) => void): Promise<void> {
    const { topic, groupId, log } = this.options;
    const ended = Promise.withResolvers<void>();
    // A crash while the consumer begins: whoever awaits it comes later.
    ended.promise.catch(() => undefined);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      if (partitions.length > 0) consumer.pause([{ topic, partitions: [...partitions] }]);
      this.owned = partitions;
      this.outage.succeeded();
      log.info(`${groupId}: this process is to own ${partitions.length === 0 ? 'nothing' : partitions.join(', ')}`);
      onAssigned(partitions);
      this.confirmAll();
    });
    consumer.on(consumer.events.HEARTBEAT, () => this.confirmAll());
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
    consumer.on(consumer.events.STOP, () => ended.resolve());
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    await ended.promise;
  }

  private confirmAll(): void {
    const waiting = this.confirm;
    this.confirm = [];
    for (const resolve of waiting) resolve();
  }

  private assigner(): PartitionAssigner {
    return ({ cluster }): Assigner => ({
      name: 'dacapo-spread',
      version: 1,
      protocol: ({ topics }) => ({
        name: 'dacapo-spread',
        metadata: MemberMetadata.encode({ version: 1, topics, userData: Buffer.from(JSON.stringify(this.owned)) }),
      }),
      assign: ({ members, topics }) => {
        const [topic = ''] = topics;
        const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
        const shares = spread(
          partitions,
          members.map(({ memberId, memberMetadata }) => ({ id: memberId, owned: ownedOf(memberMetadata) })),
        );
        return Promise.resolve(
          [...shares].map(([memberId, share]) => ({
            memberId,
            memberAssignment: MemberAssignment.encode({
              version: 1,
              assignment: { [topic]: [...share] },
              userData: Buffer.alloc(0),
            }),
          })),
        );
      },
    });
  }
}

/** A member of another version may say something else: then it has had nothing. */
function ownedOf(metadata: Buffer): readonly number[] {
  try {
    const owned: unknown = JSON.parse(String(MemberMetadata.decode(metadata)?.userData));
    return Array.isArray(owned) ? owned.filter((each) => Number.isInteger(each)) : [];
  } catch {
    return [];
  }
}
