/**
 * A whole cluster under load while processes, the broker and the database die, freeze and come back at random; afterwards everything comes to
 * rest, and the log, the documents and what the clients were told are held against each other. `DACAPO_CHAOS_MINUTES` (default 5), `DACAPO_SEED`.
 */
import { env } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { audit, auditViews } from '../crash/audit.js';
import { Client, untilGone } from '../crash/client.js';
import { describeViolations } from '../crash/describe.js';
import { isAtRest, type Log } from '../crash/log.js';
import { randomFrom, seed } from '../crash/random.js';
import { inputOf, startable, taskDefs, workers, workflowDefs } from '../crash/scenarios.js';
import { ServerGone } from '../crash/server.js';
import { describeWithServers } from '../distributed/harness.js';
import { Cluster, database, partitionCount, topicPrefix } from './cluster.js';
import { chooseFault } from './faults.js';
import { readKafkaLog, readMongoViews } from './kafka-log.js';

const minutes = Number(env['DACAPO_CHAOS_MINUTES'] ?? 5);
const startsPerSecond = 15;
const starters = 12;
/** Between one fault and the next. */
const restMs = { min: 1_000, max: 9_000 };
const quietMs = 240_000;
const pollCount = 20;
const verifiers = 8;
const verified = 400;

interface Struck {
  readonly at: number;
  readonly fault: string;
}

class Chaos {
  readonly client: Client;
  readonly struck: Struck[] = [];
  private readonly loops: Promise<void>[] = [];
  private readonly begin = performance.now();
  private failure: unknown;
  private isStarting = true;
  private keys = 0;

  constructor(private readonly cluster: Cluster) {
    this.client = new Client(cluster);
  }

  async register(): Promise<void> {
    await this.client.call('POST', '/metadata/taskdefs', taskDefs);
    await this.client.call('PUT', '/metadata/workflow', workflowDefs);
  }

  /** Workers that go on through everything. */
  work(): void {
    for (const [type, work] of workers) {
      this.run(async () => {
        const tasks = await this.client.poll(type, `worker-${type}`, pollCount);
        await Promise.all(
          tasks.map(async (task) => {
            const result = work(task);
            if (result !== undefined) await this.client.update(task, result);
          }),
        );
      });
    }
  }

  /** Workflows of every kind, so many a second in all. */
  start(): void {
    for (let index = 0; index < starters; index++) {
      this.run(async () => {
        if (!this.isStarting) throw new ServerGone();
        if (this.keys >= ((performance.now() - this.begin) / 1000) * startsPerSecond) return pause(20);
        const number = ++this.keys;
        const name = startable[number % startable.length] ?? 'order';
        await this.client.start(name, `k${number}`, inputOf(name));
      });
    }
  }

  async strike(chance: () => number, ms: number): Promise<void> {
    const under: Promise<void>[] = [];
    let outage: Promise<void> = Promise.resolve();
    while (performance.now() - this.begin < ms) {
      await pause(restMs.min + chance() * (restMs.max - restMs.min));
      if (this.failure !== undefined) throw this.failure;
      const fault = chooseFault(chance);
      this.struck.push({ at: Math.round(performance.now() - this.begin), fault: fault.name });
      this.say(fault.name);
      // The servers are told one thing after the other.
      const strike = (): Promise<void> => fault.strike(this.cluster, chance);
      if (/^(kafka|mongo)/.test(fault.name)) under.push((outage = outage.then(strike)));
      else under.push(strike());
    }
    await Promise.all(under);
  }

  /** Nothing is started any more; resolves with the log when nothing moves any more. */
  async rest(): Promise<Log> {
    this.isStarting = false;
    const until = Date.now() + quietMs;
    for (;;) {
      if (this.failure !== undefined) throw this.failure;
      const { body } = await this.client.call('GET', '/workflow/search?query=status%3DRUNNING&size=1');
      const isQuiet = (JSON.parse(body) as { readonly totalHits: number }).totalHits === 0;
      if (isQuiet || Date.now() > until) {
        this.say('nothing is open');
        const log = await readKafkaLog(this.cluster.brokers, topicPrefix);
        if (isAtRest(log) || Date.now() > until) return log;
      }
      await pause(1_000);
    }
  }

  /** The product's own proof, of some. */
  async verify({ byWorkflow }: Log, chance: () => number): Promise<readonly string[]> {
    const ids = [...byWorkflow.keys()].filter((id) => !id.startsWith('limit:'));
    const some = ids.filter(() => chance() < verified / ids.length);
    const violations: string[] = [];
    const verifier = async (): Promise<void> => {
      for (let id = some.pop(); id !== undefined; id = some.pop()) {
        const { body } = await this.client.call('GET', `/workflow/${id}/verify`);
        const report = JSON.parse(body) as { readonly valid: boolean; readonly violations: readonly object[] };
        if (!report.valid) violations.push(`verify of ${id}: ${JSON.stringify(report.violations)}`);
      }
    };
    await Promise.all(Array.from({ length: verifiers }, verifier));
    return violations;
  }

  /** It takes minutes: whoever watches wants to know where it is. */
  say(what: string): void {
    const { starts, unknownStarts, updates } = this.client.history;
    const seconds = ((performance.now() - this.begin) / 1000).toFixed(1);
    process.stdout.write(
      `chaos ${seconds} s: ${what} (${starts.length} starts, ${unknownStarts.size} unknown, ${updates.length} results)\n`,
    );
  }

  async close(): Promise<void> {
    this.client.close();
    await Promise.all(this.loops);
  }

  private run(body: () => Promise<void>): void {
    this.loops.push(
      untilGone(body).catch((error: unknown) => {
        this.say(`a client failed: ${String(error)}`);
        this.failure ??= error;
      }),
    );
  }
}

describeWithServers('a cluster in which everything dies at some time', () => {
  it(
    'loses and doubles nothing',
    async () => {
      const chance = randomFrom(seed);
      const cluster = await Cluster.start();
      const chaos = new Chaos(cluster);
      try {
        await chaos.register();
        chaos.work();
        chaos.start();
        await chaos.strike(chance, minutes * 60_000);
        chaos.say('no more faults');
        const log = await chaos.rest();
        chaos.say('at rest');
        const violations = [...audit(log, chaos.client.history, partitionCount)];
        violations.push(...(await chaos.verify(log, chance)));
        chaos.say('verified');
        await chaos.close();
        const code = await cluster.stop();
        if (code !== 0) violations.push(`SIGTERM ended the cluster with ${code}`);
        violations.push(...auditViews(log, await readMongoViews(cluster.mongoUrl, database)));
        const { unknownStarts, unknownUpdates } = chaos.client.history;
        process.stdout.write(
          `chaos, seed ${seed}, ${minutes} minutes: ${chaos.struck.length} faults, ${log.byWorkflow.size} workflows, ${log.events.length} events, ` +
            `${unknownStarts.size + unknownUpdates} unknown outcomes, ${violations.length} violations\n`,
        );
        if (violations.length > 0) throw new Error(describeViolations(violations));
        await cluster.servers.remove();
      } catch (error) {
        await chaos.close();
        await cluster.stop();
        const faults = chaos.struck.map(({ at, fault }) => `${(at / 1000).toFixed(1)} s ${fault}`).join('\n');
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(
          `${message}\n\nSeed ${seed}; the faults:\n${faults}\n\nThe cluster's last words:\n${cluster.stderr}`,
          {
            cause: error,
          },
        );
      }
    },
    minutes * 60_000 + quietMs + 300_000,
  );
});
