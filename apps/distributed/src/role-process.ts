/** One role: started, watched, reported and started again with growing pauses when it dies, drained when all is over. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const pauseMinMs = 100;
const pauseMaxMs = 5_000;
const healthLookMs = 50;
/** A role that worked for so long starts again without a pause. */
const soundMs = 10_000;
const drainMs = 20_000;
/** A role that ends by itself so often before it ever worked has a reason that another start does not mend. */
const failuresMax = 3;

interface Options {
  readonly program: string;
  readonly flags: readonly string[];
  readonly host: string;
  /** Asked before each start. */
  readonly choosePort: () => Promise<number>;
}

export class RoleProcess {
  private readonly stopping = new AbortController();
  private readonly ready = Promise.withResolvers<void>();
  private child: ChildProcess | undefined;
  private life: Promise<void> | undefined;
  private wasReady = false;

  constructor(
    private readonly name: string,
    private readonly options: Options,
  ) {}

  /** Resolves when it answers for the first time that it works. */
  async start(): Promise<void> {
    this.life = this.keepAlive();
    await this.ready.promise;
  }

  /** Lets it finish what it has in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const { child } = this;
    child?.kill('SIGTERM');
    const kill = setTimeout(() => child?.kill('SIGKILL'), drainMs);
    await this.life;
    clearTimeout(kill);
    this.ready.resolve();
  }

  private async keepAlive(): Promise<void> {
    let pauseMs = pauseMinMs;
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      const since = performance.now();
      const end = await this.live().catch((error: unknown) => `exit before it began: ${String(error)}`);
      if (this.stopping.signal.aborted) return;
      if (performance.now() - since > soundMs) pauseMs = pauseMinMs;
      process.stderr.write(`The ${this.name} ended (${end}); it is started again in ${pauseMs} ms\n`);
      if (!this.wasReady && end.startsWith('exit') && ++failures >= failuresMax) {
        this.ready.reject(new Error(`The ${this.name} cannot be started: its messages stand above`));
        return;
      }
      await pause(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, pauseMaxMs);
    }
  }

  /** From the start of the process to its end, and why it ended. */
  private async live(): Promise<string> {
    const { program, flags, host, choosePort } = this.options;
    const port = await choosePort();
    if (this.stopping.signal.aborted) return 'exit before it began';
    // The channel tells the role when this launcher is gone. What it prints when ready, the launcher says for all.
    const child = spawn(process.execPath, ['--enable-source-maps', program, ...flags, '--port', String(port)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    const ended = new AbortController();
    const watching = this.watch(`http://${host}:${port}/health`, ended.signal);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    ended.abort();
    await watching;
    return signal ?? `exit code ${code}`;
  }

  private async watch(url: string, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      if (await isHealthy(url)) {
        if (this.wasReady) process.stderr.write(`The ${this.name} is ready again\n`);
        this.wasReady = true;
        this.ready.resolve();
        return;
      }
      await pause(healthLookMs, undefined, { signal: ended }).catch(() => undefined);
    }
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return response.ok && ((await response.json()) as { healthy?: unknown }).healthy === true;
  } catch {
    // Not listening yet.
    return false;
  }
}
