/** A registry that does not answer. What a real one says is in test/schemas/registry.servers.spec.ts. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

import { openFraming } from './framing.js';
import { limits } from './limits.js';
import { subjects } from './subjects.js';

const [subject] = subjects.deadLetters('t.');

class Messages {
  readonly all: string[] = [];
  private readonly first = Promise.withResolvers<string>();
  readonly said = this.first.promise;
  readonly info = (message: string): void => void this.all.push(message);
  readonly warn = (message: string): void => {
    this.all.push(message);
    this.first.resolve(message);
  };
}

/** Takes connections and says nothing. */
class HungServer {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.sockets.add(socket));

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

async function waitsFor(port: number): Promise<readonly string[]> {
  const log = new Messages();
  const stop = new AbortController();
  const url = `http://user:secret@127.0.0.1:${port}/path/`;
  const opening = openFraming({ url, subjects: subject === undefined ? [] : [subject], log, signal: stop.signal });
  opening.catch(() => undefined);
  await log.said;
  // Enough for some more attempts.
  await new Promise((resolve) => setTimeout(resolve, limits.backoffMinMs * 10));
  stop.abort();
  await expect(opening).rejects.toThrow(/abort/i);
  return log.all;
}

describe('a schema registry that does not answer', () => {
  it('is waited for when nobody is there; that is said once, with the remedy and without the password', async () => {
    const server = new HungServer();
    const port = await server.listen();
    server.close();
    expect(await waitsFor(port)).toEqual([
      expect.stringMatching(
        /^The schema registry http:\/\/127\.0\.0\.1:\d+\/path cannot be reached \(.*ECONNREFUSED.*\); waiting for it\. Start it, or unset DACAPO_SCHEMA_REGISTRY_URL$/,
      ),
    ]);
  });

  it('is waited for when it takes the call and says nothing', async () => {
    const server = new HungServer();
    const since = performance.now();
    expect(await waitsFor(await server.listen())).toHaveLength(1);
    expect(performance.now() - since).toBeGreaterThan(limits.requestMs);
    server.close();
  });
});

describe('without a schema registry', () => {
  it('there are no frames', async () => {
    expect(await openFraming({ url: undefined, subjects: [], log: new Messages() })).toBeUndefined();
  });
});

describe('the subjects of an installation', () => {
  it('are named after the topic and the type', () => {
    expect(subject?.name).toBe('t.dead-letters-DeadLetter');
    expect(subjects.tasks('t.').map(({ name }) => name)).toEqual(['t.tasks-Task']);
    expect(subjects.events('t.').map(({ name }) => name)).toContain('t.events-PartitionClaimed');
    expect(subjects.commands('t.').map(({ name }) => name)).toContain('t.commands-ClaimTask');
  });
});
