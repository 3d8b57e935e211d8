/** A server of the bench's own: started on a fresh data folder, ended and removed afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OwnServer {
  readonly base: URL;
  readonly pid: number;
  /** Where an embedded server keeps its data. */
  readonly folder: string;
  /** Ends it and starts it on the same data; milliseconds from the start of the process until it serves. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

const mains = { embedded: '../../standalone/src/main.js', distributed: '../../distributed/src/main.js' } as const;
/** As `npm start` runs it: a small young generation keeps the pauses of its collection short. */
const nodeFlags = ['--max-semi-space-size=16'];

export type Mode = keyof typeof mains;

export async function startServer(mode: Mode, port: number): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'dacapo-bench-'));
  const main = fileURLToPath(new URL(mains[mode], import.meta.url));
  const name = `bench${process.pid}`;
  // Topics and a database of its own: what earlier runs left would be read at the start.
  const isolation =
    mode === 'embedded' ? ['--data', folder] : ['--kafka-topic-prefix', `${name}.`, '--mongo-database', name];
  const run = async (): Promise<ChildProcess> => {
    const started = spawn(process.execPath, [...nodeFlags, main, '--port', String(port), ...isolation], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await whenReady(started);
    return started;
  };
  let child = await run();
  return {
    base: new URL(`http://127.0.0.1:${port}`),
    get pid(): number {
      return child.pid ?? 0;
    },
    folder,
    async restart(): Promise<number> {
      await end(child);
      const begin = performance.now();
      child = await run();
      return performance.now() - begin;
    },
    async stop(): Promise<void> {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function whenReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (text: string) => {
      if (text.includes('ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${String(code)} before it was ready`)));
  });
}
