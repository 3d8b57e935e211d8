/** A server of the bench's own: started on a fresh data folder, ended and removed afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OwnServer {
  readonly base: URL;
  readonly pid: number;
  stop(): Promise<void>;
}

const mains = { embedded: '../../standalone/src/main.js', distributed: '../../distributed/src/main.js' } as const;
export type Mode = keyof typeof mains;

export async function startServer(mode: Mode, port: number): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'dacapo-bench-'));
  const main = fileURLToPath(new URL(mains[mode], import.meta.url));
  const name = `bench${process.pid}`;
  // Topics and a database of its own: what earlier runs left would be read at the start.
  const isolation =
    mode === 'embedded' ? ['--data', folder] : ['--kafka-topic-prefix', `${name}.`, '--mongo-database', name];
  const child = spawn(process.execPath, [main, '--port', String(port), ...isolation], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await whenReady(child);
  return {
    base: new URL(`http://127.0.0.1:${port}`),
    pid: child.pid ?? 0,
    async stop(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
