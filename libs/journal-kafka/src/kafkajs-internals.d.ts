/**
 * The parts of kafkajs 2.2.4 (pinned; its last release is of 2023) that we use below its public API, as far as we use them.
 * client.ts says why.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { ISocketFactory, KafkaConfig, RetryOptions } from 'kafkajs';

  interface ClusterOptions {
    readonly logger: unknown;
    readonly socketFactory: ISocketFactory;
    readonly brokers: readonly string[];
    readonly clientId: string;
    readonly ssl?: KafkaConfig['ssl'];
    readonly sasl?: KafkaConfig['sasl'];
    readonly connectionTimeout: number;
    readonly authenticationTimeout: number;
    readonly reauthenticationThreshold: number;
    readonly requestTimeout: number;
    readonly enforceRequestTimeout: boolean;
    readonly metadataMaxAge: number;
    readonly retry: RetryOptions;
    readonly allowAutoTopicCreation: boolean;
    readonly isolationLevel: number;
  }

  interface FetchPartition {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }

  interface FetchedRecord {
    readonly offset: string;
    readonly timestamp: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly isControlRecord: boolean;
  }

  interface FetchResponse {
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly highWatermark: string;
        readonly messages: readonly FetchedRecord[];
      }[];
    }[];
  }

  interface Broker {
    fetch(request: {
      readonly isolationLevel: number;
      readonly maxWaitTime: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchPartition[] }[];
    }): Promise<FetchResponse>;
  }

  class Cluster {
    constructor(options: ClusterOptions);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
    findBroker(node: { readonly nodeId: string }): Promise<Broker>;
    fetchTopicsOffset(
      topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number }[];
        readonly fromBeginning: boolean;
      }[],
    ): Promise<readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
  }

  export { type Broker, type FetchedRecord, type FetchResponse };
  // oxlint-disable-next-line import/no-default-export -- this is what the CommonJS module looks like from here
  export default Cluster;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** Sends what waits, and keeps a timer for what may not be sent yet. */
  class RequestQueue {
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
  // oxlint-disable-next-line import/no-default-export -- this is what the CommonJS module looks like from here
  export default RequestQueue;
}

declare module 'kafkajs/src/network/connection.js' {
  class Connection {
    connect(): Promise<boolean>;
  }
  // oxlint-disable-next-line import/no-default-export -- this is what the CommonJS module looks like from here
  export default Connection;
}
