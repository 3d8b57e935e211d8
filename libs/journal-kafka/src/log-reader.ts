/** Reads a stretch of a partition from one offset to another, once. The long-lived readers use the fetch loop. */
import { DaCapoError } from '@dacapo/contracts';
import type { KafkaConnection } from './client.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { Outage, protocolErrorOf, unavailable } from './outage.js';
import type { LogRecord } from './record.js';
import { TopicConnection } from './topic-connection.js';

export class LogReader {
  private readonly connection: TopicConnection;
  private readonly outage: Outage;
  private isClosed = false;

  constructor(connection: KafkaConnection, topic: string, log: Log) {
    this.connection = new TopicConnection(connection, topic);
    this.outage = new Outage(`reader of ${topic}`, log);
  }

  async end(partition: number): Promise<number> {
    return this.persist(() => this.connection.end(partition));
  }

  async bounds(partition: number): Promise<{ readonly start: number; readonly end: number }> {
    return this.persist(() => this.connection.bounds(partition));
  }

  /** The records from `from` to before `to`, without a gap. */
  async *read(partition: number, from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    let next = from;
    while (next < to) {
      const records = await this.fetch(partition, next);
      const wanted = records.filter((record) => record.offset >= next && record.offset < to);
      const [first, last] = [wanted[0], wanted.at(-1)];
      if (first === undefined || last === undefined) continue;
      if (first.offset !== next || last.offset - first.offset + 1 !== wanted.length) {
        throw this.broken(
          partition,
          `${next} was expected, ${wanted.length} records from ${first.offset} to ${last.offset} came`,
        );
      }
      next = last.offset + 1;
      yield wanted;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.connection.close();
  }

  private async fetch(partition: number, offset: number): Promise<readonly LogRecord[]> {
    try {
      return await this.persist(async () => {
        const [nodeId] = (await this.connection.leaders([partition])).keys();
        if (nodeId === undefined) throw new RangeError(`partition ${partition} does not exist`);
        const [fetched] = await this.connection.fetch(nodeId, [{ partition, offset }], limits.fetchWaitMs);
        return fetched?.records ?? [];
      });
    } catch (error) {
      if (protocolErrorOf(error) !== 'OFFSET_OUT_OF_RANGE') throw error;
      throw this.broken(partition, `offset ${offset} is not in the log`);
    }
  }

  /** Reading changes nothing, so it is tried again for a while. */
  private async persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      if (this.isClosed) throw unavailable(`${this.connection.topic}: the journal is closed`);
      try {
        const result = await work();
        this.outage.succeeded();
        return result;
      } catch (error) {
        if (protocolErrorOf(error) === 'OFFSET_OUT_OF_RANGE') throw error;
        await this.connection.discard();
        if (this.outage.graceMs === 0) throw unavailable(`${this.connection.topic} cannot be read`, error);
        await this.outage.failed(error);
      }
    }
  }

  private broken(partition: number, what: string): DaCapoError {
    return new DaCapoError(
      'INVARIANT_BROKEN',
      `${this.connection.topic} partition ${partition}: ${what}; records are missing`,
    );
  }
}
