/** The connection of a reader to one topic. After any error it is thrown away and made anew, with fresh knowledge of who leads. */
import type { Broker, FetchResponse } from 'kafkajs/src/cluster/index.js';
import type Cluster from 'kafkajs/src/cluster/index.js';
import { type KafkaConnection, openCluster } from './client.js';
import { limits } from './limits.js';
import { unavailable } from './outage.js';
import { type LogRecord, recordOf } from './record.js';

export interface Wanted {
  readonly partition: number;
  readonly offset: number;
}

/** `records` may begin before the offset asked for: the broker gives whole batches. */
export interface Fetched {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** The end of what readers may see. */
  readonly end: number;
}

export class TopicConnection {
  private current: Promise<Cluster> | undefined;
  private isClosed = false;

  constructor(
    private readonly connection: KafkaConnection,
    readonly topic: string,
  ) {}

  /** The partitions by the broker that leads them now. */
  async leaders(partitions: readonly number[]): Promise<ReadonlyMap<string, readonly number[]>> {
    const cluster = await this.cluster();
    return new Map(Object.entries(cluster.findLeaderForPartitions(this.topic, partitions)));
  }

  /** One fetch from one broker; waits for data at most `waitMs`. */
  async fetch(nodeId: string, wanted: readonly Wanted[], waitMs: number): Promise<readonly Fetched[]> {
    const cluster = await this.cluster();
    const broker: Broker = await cluster.findBroker({ nodeId });
    const response = await broker.fetch({
      isolationLevel: 0,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: limits.fetchBytes,
      topics: [{ topic: this.topic, partitions: wanted.map(fetchPartition) }],
    });
    return fetchedOf(response);
  }

  /** First and next offset of a partition. */
  async bounds(partition: number): Promise<{ readonly start: number; readonly end: number }> {
    const [start, end] = [await this.offset(partition, true), await this.offset(partition, false)];
    return { start, end };
  }

  async end(partition: number): Promise<number> {
    return this.offset(partition, false);
  }

  private async offset(partition: number, fromBeginning: boolean): Promise<number> {
    const cluster = await this.cluster();
    const [answer] = await cluster.fetchTopicsOffset([
      { topic: this.topic, partitions: [{ partition }], fromBeginning },
    ]);
    const found = answer?.partitions.find((each) => each.partition === partition);
    if (found === undefined) throw new RangeError(`${this.topic} has no partition ${partition}`);
    return Number(found.offset);
  }

  async discard(): Promise<void> {
    const current = this.current;
    this.current = undefined;
    try {
      await (await current)?.disconnect();
    } catch {
      // It is thrown away because it does not work.
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.discard();
  }

  private async cluster(): Promise<Cluster> {
    if (this.isClosed) throw unavailable(`${this.topic}: the journal is closed`);
    this.current ??= this.connect();
    return this.current;
  }

  private async connect(): Promise<Cluster> {
    const cluster = openCluster(this.connection);
    await cluster.connect();
    await cluster.addMultipleTargetTopics([this.topic]);
    return cluster;
  }
}

function fetchPartition({ partition, offset }: Wanted): { partition: number; fetchOffset: string; maxBytes: number } {
  return { partition, fetchOffset: String(offset), maxBytes: limits.fetchPartitionBytes };
}

function fetchedOf(response: FetchResponse): readonly Fetched[] {
  return response.responses.flatMap((topic) =>
    topic.partitions.map(({ partition, highWatermark, messages }) => ({
      partition,
      records: messages.map(recordOf),
      end: Number(highWatermark),
    })),
  );
}
