/** One client for all stores: connects, makes the indexes, and waits for a server that is away at start. */
import { type Db, MongoClient, MongoError } from 'mongodb';
import { limits } from './limits.js';
import { MongoOutputCache } from './output-cache.js';
import { MongoReadStore } from './read-store.js';
import { MongoSnapshotStore } from './snapshot-store.js';

/** Where this adapter says what an operator should know. Pino and console fit. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

export interface MongoStoreOptions {
  readonly url: string;
  /** Default `dacapo`. */
  readonly database?: string;
  readonly log: Log;
  /** Ends the wait for a server that is away at start. */
  readonly signal?: AbortSignal;
}

export class MongoStore {
  readonly readStore: MongoReadStore;
  readonly snapshotStore: MongoSnapshotStore;
  readonly outputCache: MongoOutputCache;
  private readonly closed = new Set<unknown>();

  static async open(options: MongoStoreOptions): Promise<MongoStore> {
    const client = new MongoClient(options.url, {
      appName: 'dacapo',
      writeConcern: { w: 'majority' },
      ignoreUndefined: true,
      maxPoolSize: limits.connections,
      serverSelectionTimeoutMS: limits.serverSelectionMs,
      connectTimeoutMS: limits.connectionMs,
      socketTimeoutMS: limits.socketMs,
    });
    const store = new MongoStore(client, client.db(options.database ?? 'dacapo'));
    try {
      await store.prepare(options);
    } catch (error) {
      await client.close();
      throw error;
    }
    return store;
  }

  private constructor(
    private readonly client: MongoClient,
    database: Db,
  ) {
    this.readStore = new MongoReadStore(database, () => this.release(this.readStore));
    this.snapshotStore = new MongoSnapshotStore(database, () => this.release(this.snapshotStore));
    this.outputCache = new MongoOutputCache(database);
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await this.client.close();
  }

  /** The connections are shared, so they end with the second of the two; the cache has none of its own. */
  private async release(store: unknown): Promise<void> {
    this.closed.add(store);
    if (this.closed.size === 2) await this.close();
  }

  private async prepare({ log, signal }: MongoStoreOptions): Promise<void> {
    let pauseMs: number = limits.backoffMinMs;
    let isAway = false;
    for (;;) {
      signal?.throwIfAborted();
      try {
        await this.client.connect();
        await this.readStore.createIndexes();
        await this.snapshotStore.createIndexes();
        await this.outputCache.createIndexes();
        if (isAway) log.info('MongoDB is there');
        return;
      } catch (error) {
        if (!isRetryable(error)) throw error;
        if (!isAway) log.warn(`MongoDB cannot be reached (${error.message}), waiting for it`);
        isAway = true;
        await new Promise<void>((resolve) => {
          setTimeout(resolve, pauseMs);
        });
        pauseMs = Math.min(pauseMs * 2, limits.backoffMaxMs);
      }
    }
  }
}

/** A refused password or a malformed index does not get better by waiting. */
function isRetryable(error: unknown): error is MongoError {
  if (!(error instanceof MongoError)) return false;
  return (
    error.name === 'MongoServerSelectionError' ||
    error.name.startsWith('MongoNetwork') ||
    error.name === 'MongoNotConnectedError' ||
    error.name === 'MongoPoolClearedError' ||
    error.hasErrorLabel('RetryableWriteError')
  );
}
