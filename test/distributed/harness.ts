/** Starts `npm run distributed` (its build must be there) on topics and a database of its own, and speaks to it from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { env, execPath, kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { inboxWorkflowId, unframed } from '@dacapo/contracts';
import { orderInput, orderTaskDefs, orderWorkflowDef } from '@dacapo/examples';
import { openClient } from '@dacapo/journal-kafka';
import { Publisher } from '@dacapo/kafka-edge';
import { sha256 } from '@dacapo/platform';
import { type KafkaTask, type KafkaWorker, kafkaWorker } from '@dacapo/sdk/kafka';
import { systemClock } from '@dacapo/runtime';

export const brokers = env['DACAPO_KAFKA_BROKERS'];
export const mongoUrl = env['DACAPO_MONGO_URL'];
export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface HistoryEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Report {
  readonly valid: boolean;
  readonly violations: readonly unknown[];
}

export interface DeadLetter {
  readonly code: string;
  readonly reason: string;
  readonly id?: string;
  readonly source: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly key: string | null;
  };
  readonly payload: string | null;
  readonly encoding: string;
  readonly schemaId?: number;
}

export class Installation {
  readonly prefix = `t-${randomUUID().slice(0, 8)}.`;
  url = '';
  stderr = '';
  stdout = '';
  private launcher: ChildProcess | undefined;
  readonly kafka: ReturnType<typeof openClient>;
  private readonly publisher: Publisher;
  private readonly workers: KafkaWorker[] = [];

  constructor(
    private readonly kafkaBrokers = brokers ?? '',
    private readonly mongo = mongoUrl ?? '',
  ) {
    this.kafka = openClient({ brokers: kafkaBrokers.split(','), clientId: 'dacapo-test' });
    this.publisher = new Publisher({ kafka: this.kafka, clock: systemClock, log: silent, name: 'test' });
  }

  /** `flags` come last and win. */
  launch(...flags: readonly string[]): void {
    const { prefix } = this;
    const own = ['--kafka-topic-prefix', prefix, '--mongo-database', prefix.replace('.', ''), '--partitions', '4'];
    const servers = ['--kafka-brokers', this.kafkaBrokers, '--mongo-url', this.mongo];
    this.launcher = spawn(execPath, [join('dist/apps/distributed/src/main.js'), ...own, ...servers, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.launcher.stdout?.on('data', (chunk) => (this.stdout += String(chunk)));
    this.launcher.stderr?.on('data', (chunk) => (this.stderr += String(chunk)));
  }

  /** Resolves at the line with `ready`. */
  async ready(): Promise<void> {
    await this.until('ready', () => {
      if (this.launcher?.exitCode !== null) throw new Error(`the launcher ended: ${this.stderr}`);
      return this.stdout.includes(' is ready');
    });
    this.url = /http:\/\/[^/]+/.exec(this.stdout)?.[0] ?? '';
  }

  async start(...flags: readonly string[]): Promise<void> {
    this.launch('--port', String(await freePort()), ...flags);
    await this.ready();
  }

  /** The exit code of the launcher. */
  async stop(): Promise<number | null> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.publisher.close();
    const exitCode = await this.stopRoles();
    await this.removeTopics();
    return exitCode;
  }

  /** They can be started again on what they leave. */
  async stopRoles(): Promise<number | null> {
    const { launcher } = this;
    this.stdout = '';
    if (launcher !== undefined && launcher.exitCode === null) {
      launcher.kill('SIGTERM');
      await once(launcher, 'exit');
    }
    return launcher?.exitCode ?? null;
  }

  /** Resolves when the launcher has given up by itself, with its exit code. */
  async ended(): Promise<number | null> {
    await this.until('the launcher to end', () => this.launcher?.exitCode !== null);
    return this.launcher?.exitCode ?? null;
  }

  /** The broker is shared: what this suite made goes with it. */
  private async removeTopics(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(this.prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await admin.disconnect();
  }

  /** For one process of the role. */
  killRole(role: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
    const pid = this.pidOf(role);
    if (pid === undefined) throw new Error(`the ${role} does not run`);
    kill(pid, signal);
  }

  pidOf(role: string): number | undefined {
    const parent = this.launcher?.pid;
    return readdirSync('/proc')
      .map(Number)
      .find((pid) => pid > 0 && isChild(pid, parent, `/apps/${role}/`));
  }

  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T;
  }

  async registerOrder(delivery: 'poll' | 'kafka'): Promise<void> {
    await this.api('POST', '/metadata/taskdefs', orderTaskDefs(delivery));
    await this.api('PUT', '/metadata/workflow', [orderWorkflowDef]);
  }

  /** Resolves when it is durable in the inbox. */
  async publish(...records: readonly (object | string)[]): Promise<void> {
    await this.publisher.publish(
      records.map((record) => ({
        topic: `${this.prefix}inbox`,
        key: randomUUID(),
        value: typeof record === 'string' ? record : JSON.stringify(record),
      })),
    );
  }

  /** Starts orders by records of the inbox; their workflow ids. */
  async startOrders(count: number): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    await this.publish(
      ...ids.map((id) => ({
        type: 'StartWorkflow',
        id,
        request: { name: 'order', input: orderInput(id.slice(0, 8)) },
      })),
    );
    return ids.map((id) => inboxWorkflowId(id, sha256));
  }

  async startWorker(tasks: readonly KafkaTask[], group = 'workers'): Promise<KafkaWorker> {
    const worker = kafkaWorker({
      brokers: this.kafkaBrokers.split(','),
      topicPrefix: this.prefix,
      tasks,
      groupId: `${this.prefix}${group}`,
      workerId: group,
      announceAfterMs: 0,
      log: silent,
    });
    this.workers.push(worker);
    await worker.start();
    return worker;
  }

  /** A gateway that is being started again is asked until it answers. */
  async ask<T>(path: string): Promise<T | undefined> {
    try {
      return await this.api<T>('GET', path);
    } catch {
      // Not there yet, or nobody there to answer.
      return undefined;
    }
  }

  async completed(workflowId: string): Promise<void> {
    await this.until(`${workflowId} to complete`, async () => {
      const workflow = await this.ask<{ status: string }>(`/workflow/${workflowId}?includeTasks=false`);
      if (workflow?.status === 'FAILED' || workflow?.status === 'TIMED_OUT') throw new Error(JSON.stringify(workflow));
      return workflow?.status === 'COMPLETED';
    });
  }

  events(workflowId: string): Promise<readonly HistoryEvent[]> {
    return this.api('GET', `/workflow/${workflowId}/events?from=1&limit=1000`);
  }

  /** Everything in `dead-letters` so far. */
  async deadLetters(): Promise<readonly DeadLetter[]> {
    const values = await this.values('dead-letters');
    return values.map((value) => JSON.parse(unframed(value).toString()) as DeadLetter);
  }

  /** The bytes of everything in a topic so far, partition by partition. */
  async values(name: string): Promise<readonly Buffer[]> {
    const values: Buffer[] = [];
    const topic = `${this.prefix}${name}`;
    const admin = this.kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const left = new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
    const isDone = (): boolean => [...left.values()].every((count) => count <= 0);
    if (isDone()) return values;
    const consumer = this.kafka.consumer({ groupId: `${this.prefix}${randomUUID()}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        values.push(message.value ?? Buffer.alloc(0));
        left.set(partition, (left.get(partition) ?? 0) - 1);
        return Promise.resolve();
      },
    });
    await this.until(`the records of ${name}`, isDone);
    await consumer.disconnect();
    return values;
  }

  async until(what: string, isDone: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await isDone())) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}; the launcher says: ${this.stderr}`);
      await pause(50);
    }
  }
}

/** Below the range from which the system takes ports for outgoing connections: those would get in the way of a listener. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 8_000);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch {
      // Taken: the next one.
    }
  }
}

/** A child of that process whose command line has this part. */
export function isChild(pid: number, parent: number | undefined, part: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[1]) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(part);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

const onceEach = { charge: 1, prepare: 1, reserve: 1, notify: 1, prepared: 1, pack: 1, route: 1, ship: 1 };

/** The order completes with each task completed once, no event is missing, and the proof holds. */
export async function expectWhole(installation: Installation, workflowId: string): Promise<void> {
  await installation.completed(workflowId);
  const events = await installation.events(workflowId);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(completions(events)).toEqual(onceEach);
  const report = await installation.api<Report>('GET', `/workflow/${workflowId}/verify`);
  expect(report.violations).toEqual([]);
  expect(report.valid).toBe(true);
}

/** How often each task reference was completed. */
function completions(events: readonly HistoryEvent[]): Readonly<Record<string, number>> {
  const references = new Map<unknown, string>();
  const counts: Record<string, number> = {};
  for (const { type, data } of events) {
    if (typeof data['referenceTaskName'] === 'string') references.set(data['taskId'], data['referenceTaskName']);
    if (type !== 'TaskCompleted') continue;
    const reference = references.get(data['taskId']) ?? '';
    counts[reference] = (counts[reference] ?? 0) + 1;
  }
  return counts;
}

/** Suites that need servers say why they did not run. */
export function describeWithServers(name: string, suite: () => void): void {
  if (brokers !== undefined && mongoUrl !== undefined) return describe(name, suite);
  describe(name, () => {
    // oxlint-disable-next-line jest/no-disabled-tests -- prints why
    it.skip('is not proven: DACAPO_KAFKA_BROKERS and DACAPO_MONGO_URL are not set (npm run servers -- start)', () =>
      undefined);
  });
}
