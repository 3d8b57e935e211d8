/** A standalone server of a test's own, and programs that use it with Conductor's published JavaScript client (a package with its own lock file). */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const client = join(import.meta.dirname, 'javascript');
const main = join(process.env['DACAPO_DIST'] ?? join(root, 'dist'), 'apps/standalone/src/main.js');

// The flags that let jest run ES modules are nothing for the processes that it starts; nor are settings of whoever runs the test.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS$|DACAPO_|CONDUCTOR_)/.test(name)),
);

/** Runs a program of the client's package; its last line is the JSON that it found. */
export async function runClient<T>(program: string, args: readonly string[], timeoutMs: number): Promise<T> {
  if (!existsSync(join(client, 'node_modules'))) throw new Error(`${client} has no node_modules: npm ci there`);
  const { stdout } = await promisify(execFile)(process.execPath, [join(client, program), ...args], {
    env,
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T;
}

export class StandaloneServer {
  readonly scratch = mkdtempSync(join(tmpdir(), 'dacapo-client-'));

  private constructor(
    readonly url: string,
    private readonly port: number,
  ) {}

  private process: ChildProcess | undefined;

  static async start(): Promise<StandaloneServer> {
    if (!existsSync(main)) throw new Error(`${main} is missing: npm run build`);
    const port = await freePort();
    const server = new StandaloneServer(`http://127.0.0.1:${port}`, port);
    await server.run();
    return server;
  }

  /** Its exit code. */
  async stop(): Promise<number | null> {
    const { process: child } = this;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  private async run(): Promise<void> {
    const flags = ['--port', String(this.port), '--data', join(this.scratch, 'data')];
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...flags], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process = child;
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('ready')) return;
    throw new Error(`${main} ended before it was ready`);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
