/** What publishing tasks need of Kafka. */
export interface KafkaRecord {
  readonly servers: readonly string[];
  readonly topic: string;
  readonly key?: Buffer | string;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** The acknowledgement must be there after so many milliseconds. */
  readonly timeoutMs: number;
}

export interface KafkaPublisher {
  /** Resolves when all in-sync replicas have the record. Rejects with PublishFault; the record may be there all the same. */
  publish(record: KafkaRecord): Promise<void>;
  close(): Promise<void>;
}

/** Its message is for people and quotes nothing. */
export class PublishFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PublishFault';
  }
}
