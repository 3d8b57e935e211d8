/** The embedded server as a child process that may be killed at any moment and started again on the same data folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Another build than the repository's own: where a bug was planted, for example. */
const dist = resolve(process.env['DACAPO_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url)));
const main = join(dist, 'apps/standalone/src/main.js');
/** Loading the modules is most of a start: the code compiled by one process is there for the next. */
const compileCache = join(tmpdir(), 'dacapo-crash-compile-cache');
const startMs = 20_000;
const outputCharacters = 20_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** `name:count` of the crash point at which the process is to die. */
  readonly crashAt?: string;
  readonly port?: number;
}

interface Gate {
  isOpen: boolean;
  readonly passed: Promise<void>;
  readonly open: () => void;
  readonly shut: (error: Error) => void;
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Server {
  /** What the process of now, or the last one, has written. */
  output = '';
  private child: ChildProcess | undefined;
  private ended: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  private gate = makeGate();
  private isOver = false;

  private constructor(
    readonly directory: string,
    readonly port: number,
  ) {}

  static async make(directory = mkdtempSync(join(tmpdir(), 'dacapo-crash-'))): Promise<Server> {
    if (!existsSync(main)) throw new Error(`${main} is missing: npm run build, or set DACAPO_DIST`);
    return new Server(directory, await freePort());
  }

  /** Resolves when it serves, or with its exit when it ended before that. */
  async start({ crashAt, port = this.port }: StartOptions = {}): Promise<Exit | undefined> {
    const { NODE_OPTIONS: _ignored, ...env } = process.env;
    const child = spawn(
      process.execPath,
      [main, '--data', this.directory, '--port', String(port), '--partitions', '4'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...env,
          NODE_COMPILE_CACHE: compileCache,
          ...(crashAt === undefined ? {} : { DACAPO_CRASH_AT: crashAt }),
        },
      },
    );
    this.child = child;
    this.output = '';
    running.add(child);
    this.ended = new Promise((done) => {
      child.once('exit', (code, signal) => {
        running.delete(child);
        if (this.gate.isOpen) this.gate = makeGate();
        done({ code, signal });
      });
    });
    const ready = new Promise<undefined>((done) => {
      const read = (text: string): void => {
        this.output = (this.output + text).slice(-outputCharacters);
        if (!text.includes(' is ready: ')) return;
        this.gate.open();
        done(undefined);
      };
      child.stdout?.setEncoding('utf8').on('data', read);
      child.stderr?.setEncoding('utf8').on('data', read);
    });
    return within(startMs, Promise.race([ready, this.ended]), () => `the server is not ready:\n${this.output}`);
  }

  /** Resolves when some process serves; rejects when there will be none any more. */
  up(): Promise<void> {
    return this.isOver ? Promise.reject(new ServerGone()) : this.gate.passed;
  }

  exited(timeoutMs: number): Promise<Exit> {
    return within(timeoutMs, this.ended, () => `the server has not ended after ${timeoutMs} ms:\n${this.output}`);
  }

  signal(name: 'SIGKILL' | 'SIGTERM'): Promise<Exit> {
    this.child?.kill(name);
    return this.exited(startMs);
  }

  /** For good: whoever waits for it is told so. */
  async end(): Promise<void> {
    this.isOver = true;
    this.gate.shut(new ServerGone());
    await this.signal('SIGKILL');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export class ServerGone extends Error {}

function makeGate(): Gate {
  let open = (): void => undefined;
  let shut: (error: Error) => void = () => undefined;
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    shut = reject;
  });
  // Nobody may be waiting when it is shut.
  passed.catch(() => undefined);
  const gate: Gate = {
    passed,
    isOpen: false,
    open: (): void => {
      gate.isOpen = true;
      open();
    },
    shut,
  };
  return gate;
}

/** The promise, or an error when it takes too long. */
export async function within<T>(ms: number, promise: Promise<T>, message: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
