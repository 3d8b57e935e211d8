/** What worker and publisher have in common: where Kafka is, and who hears of trouble. */
import { createHash } from 'node:crypto';

// Its named exports cannot be seen from an ES module, only the whole.
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  /** In front of every topic's name, with its dot. Default `dacapo.`. */
  readonly topicPrefix?: string;
  /** Shown in the broker's logs. Default `dacapo-sdk`. */
  readonly clientId?: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** Default: warnings and errors to the console. */
  readonly log?: SdkLog;
}

export interface SdkLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const defaultTopicPrefix = 'dacapo.';

export const consoleLog: SdkLog = {
  info: () => undefined,
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

export function openKafka({ brokers, clientId = 'dacapo-sdk', ssl, sasl }: KafkaOptions): Kafka {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // We try again ourselves.
    retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 200 },
    // What it would say, its callers hear as errors.
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
