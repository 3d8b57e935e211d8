/** Starts workflows, ends tasks and signals by records of `inbox`: for programs that speak Kafka and no HTTP. */
import { randomUUID } from 'node:crypto';

import { inboxWorkflowId } from '@dacapo/contracts';

import { consoleLog, defaultTopicPrefix, type KafkaOptions, openKafka, sha256 } from './connection.js';
import { Outbox } from './outbox.js';

/** Conductor's StartWorkflowRequest; a start may name the id of its workflow. */
export interface StartRequest {
  readonly name: string;
  readonly version?: number;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly workflowId?: string;
  readonly [field: string]: unknown;
}

/** Conductor's TaskResult. */
export interface TaskResultRecord {
  readonly workflowInstanceId: string;
  readonly taskId: string;
  readonly status: 'COMPLETED' | 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR' | 'IN_PROGRESS' | 'CANCELED';
  readonly outputData?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface SignalRecord {
  readonly status: 'COMPLETED' | 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR';
  readonly output?: Readonly<Record<string, unknown>>;
}

/** `id`: the same one twice has one effect. Default: a new one. */
export interface PublishOptions {
  readonly id?: string;
}

export class KafkaPublisher {
  private readonly outbox: Outbox;

  constructor(options: KafkaOptions) {
    const { topicPrefix = defaultTopicPrefix, log = consoleLog } = options;
    this.outbox = new Outbox(openKafka(options), `${topicPrefix}inbox`, log);
  }

  /**
   * Resolves with the workflow's id when the start is durable: it happens, or it is refused into `dead-letters`. Without a `workflowId` in the
   * request the id follows from the record's id.
   */
  async startWorkflow(request: StartRequest, { id = randomUUID() }: PublishOptions = {}): Promise<string> {
    const workflowId = request.workflowId ?? inboxWorkflowId(id, sha256);
    await this.outbox.send(workflowId, { type: 'StartWorkflow', id, request });
    return workflowId;
  }

  /** Resolves when the result is durable. */
  async updateTask(result: TaskResultRecord, { id = randomUUID() }: PublishOptions = {}): Promise<void> {
    await this.outbox.send(result.workflowInstanceId, { type: 'UpdateTask', id, result });
  }

  /** Ends the first open WAIT task of the workflow. Resolves when the signal is durable. */
  async signalWorkflow(
    workflowId: string,
    signal: SignalRecord,
    { id = randomUUID() }: PublishOptions = {},
  ): Promise<void> {
    await this.outbox.send(workflowId, { type: 'SignalWorkflow', id, workflowId, ...signal });
  }

  /** Sends what is under way. */
  close(): Promise<void> {
    return this.outbox.close();
  }
}

/** `kafkaPublisher({ brokers: ['localhost:9092'] }).startWorkflow({ name: 'order', input })` */
export function kafkaPublisher(options: KafkaOptions): KafkaPublisher {
  return new KafkaPublisher(options);
}
