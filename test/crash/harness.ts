/**
 * One data folder from the first start to the proof: a server that is killed and started again, clients and workers that go on regardless,
 * and at the end everything at rest, verified, stopped and audited.
 */
import { readdirSync } from 'node:fs';

import { audit, auditViews } from './audit.js';
import { Client, untilGone } from './client.js';
import { describeViolations } from './describe.js';
import { isAtRest, type Log, readLog, readViews } from './log.js';
import { seed } from './random.js';
import { inputOf, taskDefs, workers, workflowDefs } from './scenarios.js';
import { Server, ServerGone } from './server.js';

const parallelStarts = 8;
const parallelVerifies = 16;
const pollCount = 50;
const lookMs = 50;

interface VerifyReport {
  readonly valid: boolean;
  readonly violations: readonly object[];
}

export interface Proof {
  readonly workflows: number;
  readonly events: number;
  readonly refused: number;
  readonly unknown: number;
}

export class Scene {
  private readonly loops: Promise<void>[] = [];
  private readonly starting = new Set<Promise<void>>();
  private registering: Promise<void> | undefined;
  private keys = 0;
  private failure: unknown;

  private constructor(
    readonly server: Server,
    readonly client: Client,
  ) {}

  static async make(): Promise<Scene> {
    const server = await Server.make();
    return new Scene(server, new Client(server));
  }

  /** Workers of these types, one long poll each; they go on through restarts. */
  work(types: Iterable<string> = workers.keys()): void {
    for (const type of types) {
      const work = workers.get(type);
      if (work === undefined) throw new Error(`there is no worker for ${type}`);
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

  /** Each of them is started once, in whatever process that succeeds. */
  startAll(names: readonly string[]): void {
    const left = [...names];
    const starter = async (): Promise<void> => {
      await (this.registering ??= this.register());
      for (let name = left.shift(); name !== undefined; name = left.shift())
        await this.client.start(name, `k${++this.keys}`, inputOf(name));
    };
    for (let index = 0; index < Math.min(parallelStarts, names.length); index++) {
      const starting = this.guard(starter()).finally(() => this.starting.delete(starting));
      this.starting.add(starting);
    }
  }

  /** Every start so far has been acknowledged, or has an unknown outcome. */
  async started(): Promise<void> {
    await Promise.all(this.starting);
  }

  /** A loop of the test's own; its failure fails the scene. */
  run(body: () => Promise<void>): void {
    this.loops.push(this.guard(untilGone(body)));
  }

  private async guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof ServerGone)) this.failure ??= error;
    }
  }

  /** Waits until nothing moves any more, and proves that nothing was lost or doubled. */
  async prove(timeoutMs: number): Promise<Proof> {
    await this.started();
    const isQuiet = await this.rest(timeoutMs);
    const log = readLog(this.server.directory);
    const violations = [...audit(log, this.client.history)];
    if (!isQuiet) violations.unshift(`after ${timeoutMs} ms there is still something open`);
    violations.push(...(await this.verify(log)));
    this.client.close();
    await Promise.all(this.loops);
    const { code, signal } = await this.server.signal('SIGTERM');
    if (code !== 0) violations.push(`SIGTERM ended it with ${code ?? signal}:\n${this.server.output}`);
    violations.push(...auditViews(readLog(this.server.directory), readViews(this.server.directory)));
    await this.end();
    if (this.failure !== undefined) throw this.failure;
    if (violations.length > 0) throw new Error(describeViolations(violations));
    this.server.remove();
    const { history } = this.client;
    return {
      workflows: log.byWorkflow.size,
      events: log.events.length,
      refused: log.events.filter(({ event }) => event.type === 'CommandRejected').length,
      unknown: history.unknownStarts.size + history.unknownUpdates,
    };
  }

  /** Ends server, clients and workers; the data folder stays for whoever looks for the reason. */
  async end(): Promise<void> {
    await this.server.end();
    this.client.close();
    await Promise.all([...this.loops, ...this.starting]);
  }

  private async register(): Promise<void> {
    await this.client.call('POST', '/metadata/taskdefs', taskDefs);
    await this.client.call('PUT', '/metadata/workflow', workflowDefs);
  }

  private async rest(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (this.failure !== undefined) return false;
      if ((await this.isIdle()) && isAtRest(readLog(this.server.directory))) return true;
      await pause(lookMs);
    }
    return false;
  }

  private async isIdle(): Promise<boolean> {
    const { body: metrics } = await this.client.call('GET', '/metrics');
    if (!/^dacapo_projection_lag_events(\{.*\})? 0$/m.test(metrics)) return false;
    const { body } = await this.client.call('GET', '/workflow/search?query=status%3DRUNNING&size=1');
    return (JSON.parse(body) as { readonly totalHits: number }).totalHits === 0;
  }

  /** The server's own proof of every workflow in the log. */
  private async verify({ byWorkflow }: Log): Promise<readonly string[]> {
    const violations: string[] = [];
    const left = [...byWorkflow.keys()];
    const verifier = async (): Promise<void> => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const { body } = await this.client.call('GET', `/workflow/${id}/verify`);
        const report = JSON.parse(body) as VerifyReport;
        if (!report.valid) violations.push(`verify of ${id}: ${JSON.stringify(report.violations)}`);
      }
    };
    await Promise.all(Array.from({ length: parallelVerifies }, verifier));
    return violations;
  }
}

/** Between two looks at something that has a deadline. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs the scene; a failure says how to see it again. */
export async function inScene<T>(
  { file, title }: { readonly file: string; readonly title: string },
  body: (scene: Scene) => Promise<T>,
): Promise<T> {
  const scene = await Scene.make();
  try {
    return await body(scene);
  } catch (error) {
    await scene.end();
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${message}\n\nSeed ${seed}; data folder ${scene.server.directory} (${readdirSync(scene.server.directory).join(', ')}). Again:\n` +
        `DACAPO_SEED=${seed} NODE_OPTIONS=--experimental-vm-modules npx jest test/crash/${file} -t '${title}'\n` +
        `The server's last words:\n${scene.server.output}`,
      { cause: error },
    );
  }
}
