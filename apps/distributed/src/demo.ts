/** `--demo`: the order example with nothing but records of Kafka: started through `inbox`, worked from task topics. REST only shows it. */
import { randomUUID } from 'node:crypto';

import { eventLine, orderInput, orderTaskDefs, orderWorkers, orderWorkflowDef } from '@dacapo/examples';
import { ensureTopics, openClient, topicSpecs } from '@dacapo/journal-kafka';
import { inboxWorkflowId, kafkaEdgeLimits, KafkaWorker, Publisher } from '@dacapo/kafka-edge';
import { type Config, sha256 } from '@dacapo/platform';
import { type Log, systemClock } from '@dacapo/runtime';
import type { Log as AdapterLog } from '@dacapo/store-mongo';

import { Api } from './api.js';

interface DemoOptions {
  readonly config: Config;
  readonly url: string;
  readonly log: Log & AdapterLog;
}

interface HistoryEvent {
  readonly seq: number;
  readonly type: string;
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Report {
  readonly valid: boolean;
  readonly events: number;
  readonly replayed: number;
}

const ends = new Set(['WorkflowCompleted', 'WorkflowFailed', 'WorkflowTimedOut', 'WorkflowTerminated']);

export class Demo {
  private readonly stopping = new AbortController();
  private readonly api: Api;
  private readonly worker: KafkaWorker;
  private readonly publisher: Publisher;

  constructor(private readonly options: DemoOptions) {
    const { config, url, log } = options;
    const connection = { brokers: config.kafkaBrokers.split(','), clientId: 'dacapo-demo' };
    const shared = { kafka: openClient(connection), clock: systemClock, log };
    this.api = new Api(`${url}/api`, this.stopping.signal);
    this.publisher = new Publisher({ ...shared, name: 'demo' });
    this.worker = new KafkaWorker({
      ...shared,
      topicPrefix: config.kafkaTopicPrefix,
      handlers: orderWorkers,
      workerId: 'demo',
      groupId: `${config.kafkaTopicPrefix}demo`,
      announcesStart: true,
      hash: sha256,
      ensureTopics: async (names) => {
        const topics = names.map((name) => ({
          ...topicSpecs.tasks('', '', kafkaEdgeLimits.taskTopicPartitions),
          name,
        }));
        await ensureTopics({ ...connection, topics, createTopics: true, log, signal: this.stopping.signal });
      },
    });
  }

  /** Resolves when the order is complete and proven, or when it was stopped; rejects when it is not valid. The worker stays. */
  async run(): Promise<void> {
    try {
      await this.api.post('/metadata/taskdefs', orderTaskDefs('kafka'));
      await this.api.put('/metadata/workflow', [orderWorkflowDef]);
      await this.worker.start();
      const workflowId = await startOrder(this.publisher, this.options.config.kafkaTopicPrefix);
      await printEvents(this.api, workflowId);
      await printProof(this.api, workflowId);
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.worker.stop();
    await this.publisher.close();
  }
}

/** A start without `workflowId`: its id follows from the record's. */
async function startOrder(publisher: Publisher, topicPrefix: string): Promise<string> {
  const id = randomUUID();
  const record = { type: 'StartWorkflow', id, request: { name: orderWorkflowDef.name, input: orderInput('o-1') } };
  await publisher.publish([{ topic: topicSpecs.inbox(topicPrefix).name, key: id, value: JSON.stringify(record) }]);
  const workflowId = inboxWorkflowId(id, sha256);
  process.stdout.write(
    `Published to ${topicSpecs.inbox(topicPrefix).name}: ${JSON.stringify(record)}\nOrder ${workflowId}\n`,
  );
  return workflowId;
}

async function printEvents(api: Api, workflowId: string): Promise<void> {
  const references = new Map<unknown, string>();
  for (let from = 1; ;) {
    // Until the start has gone through the log there is no such workflow.
    const events = (await api.getIfThere<readonly HistoryEvent[]>(`/workflow/${workflowId}/events?from=${from}`)) ?? [];
    for (const event of events) {
      const { taskId, referenceTaskName } = event.data;
      if (typeof referenceTaskName === 'string') references.set(taskId, referenceTaskName);
      process.stdout.write(`${eventLine(event, references.get(taskId))}\n`);
      if (ends.has(event.type)) return;
    }
    from += events.length;
    if (events.length === 0) await api.pause();
  }
}

async function printProof(api: Api, workflowId: string): Promise<void> {
  const workflow = await api.get<{ status: string; output: unknown }>(`/workflow/${workflowId}`);
  const report = await api.get<Report>(`/workflow/${workflowId}/verify`);
  process.stdout.write(
    `Order ${workflowId} is ${workflow.status}: ${JSON.stringify(workflow.output)}\n` +
      `verify: ${report.valid ? 'valid' : 'NOT VALID'}, ${report.events} events, ${report.replayed} decisions replayed\n`,
  );
  if (workflow.status !== 'COMPLETED' || !report.valid) throw new Error('The demo failed');
}
