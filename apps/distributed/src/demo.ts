/** `--demo`: the order example with nothing but records of Kafka: started through `inbox`, worked from task topics. REST only shows it. */
import { eventLine, orderInput, orderTaskDefs, orderTasks, orderWorkflowDef } from '@dacapo/examples';
import { type Config } from '@dacapo/platform';
import { type KafkaPublisher, kafkaPublisher, type KafkaWorker, kafkaWorker } from '@dacapo/sdk/kafka';

import { Api } from './api.js';

interface DemoOptions {
  readonly config: Config;
  readonly url: string;
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
  private readonly publisher: KafkaPublisher;

  constructor(private readonly options: DemoOptions) {
    const { config, url } = options;
    const { kafkaTopicPrefix: topicPrefix } = config;
    const connection = { brokers: config.kafkaBrokers.split(','), clientId: 'dacapo-demo', topicPrefix };
    this.api = new Api(`${url}/api`, this.stopping.signal);
    this.publisher = kafkaPublisher(connection);
    this.worker = kafkaWorker({ ...connection, tasks: orderTasks, groupId: `${topicPrefix}demo`, workerId: 'demo' });
  }

  /** Resolves when the order is complete and proven, or when it was stopped; rejects when it is not valid. The worker stays. */
  async run(): Promise<void> {
    try {
      await this.api.post('/metadata/taskdefs', orderTaskDefs('kafka'));
      await this.api.put('/metadata/workflow', [orderWorkflowDef]);
      await this.worker.start();
      const workflowId = await this.startOrder();
      await printEvents(this.api, workflowId);
      await printProof(this.api, workflowId);
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  private async startOrder(): Promise<string> {
    const request = { name: orderWorkflowDef.name, input: orderInput('o-1') };
    const workflowId = await this.publisher.startWorkflow(request);
    const { kafkaTopicPrefix } = this.options.config;
    process.stdout.write(`Published to ${kafkaTopicPrefix}inbox: ${JSON.stringify(request)}\nOrder ${workflowId}\n`);
    return workflowId;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.worker.stop();
    await this.publisher.close();
  }
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
