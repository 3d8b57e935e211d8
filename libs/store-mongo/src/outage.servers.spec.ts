/** A server of its own is killed by SIGKILL between and during writes and started again. */
import { env } from 'node:process';
import { aTask, aWorkflow, PrivateServers } from '@dacapo/ports-testing';
import { MongoStore } from './index.js';

const unavailable = expect.objectContaining({ code: 'STORE_UNAVAILABLE' });

(env['DACAPO_MONGO_URL'] === undefined ? describe.skip : describe)(
  'MongoStore when its server is killed (needs DACAPO_MONGO_URL)',
  () => {
    let servers: PrivateServers;
    let store: MongoStore;
    const said: string[] = [];
    const log = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };
    const open = (): Promise<MongoStore> => MongoStore.open({ url: servers.address('DACAPO_MONGO_URL'), log });
    const write = (seq: number): Promise<void> =>
      store.readStore.write({
        workflows: [aWorkflow('w', { seq })],
        tasks: [aTask('t', 'w', { seq })],
        checkpoint: { reader: 'r', partition: 0, offset: seq, epoch: 1 },
      });

    beforeAll(async () => {
      servers = await PrivateServers.start();
      store = await open();
    }, 120_000);

    afterAll(async () => {
      await store.close();
      await servers.remove();
    }, 60_000);

    it('refuses calls after seconds, recovers by itself, and never has a checkpoint newer than its data', async () => {
      let acknowledged = 0;
      const failures: unknown[] = [];
      const kill = write(1).then(() => servers.kill('mongo'));
      for (let seq = 2; failures.length === 0; seq++) {
        try {
          await write(seq);
          acknowledged = seq;
        } catch (error) {
          failures.push(error);
        }
      }
      await kill;
      expect(failures).toEqual([unavailable]);
      const since = performance.now();
      await expect(store.readStore.workflow('w')).rejects.toEqual(unavailable);
      await expect(store.snapshotStore.due(0, 1, 1)).rejects.toEqual(unavailable);
      expect(performance.now() - since).toBeLessThan(10_000);
      await servers.start();
      const checkpoint = await store.readStore.checkpoint('r', 0);
      const [workflow, task] = [await store.readStore.workflow('w'), await store.readStore.task('t')];
      // SecantusDB keeps what it acknowledged over a kill of the process; how much is its matter, the order is ours.
      expect(workflow?.seq).toBeGreaterThanOrEqual(checkpoint?.offset ?? 0);
      expect(task?.seq).toBeGreaterThanOrEqual(checkpoint?.offset ?? 0);
      await write(acknowledged + 10);
      expect((await store.readStore.workflow('w'))?.seq).toBe(acknowledged + 10);
      expect((await store.readStore.checkpoint('r', 0))?.offset).toBe(acknowledged + 10);
    }, 120_000);

    it('waits at start for a server that is away, and says so once', async () => {
      await servers.kill('mongo');
      said.length = 0;
      const noticed = Promise.withResolvers<void>();
      const opening = MongoStore.open({
        url: servers.address('DACAPO_MONGO_URL'),
        log: { ...log, warn: (line) => (said.push(line), noticed.resolve()) },
      });
      await noticed.promise;
      await expect(store.readStore.workflow('w')).rejects.toEqual(unavailable);
      await servers.start();
      const opened = await opening;
      expect(said).toEqual([expect.stringMatching(/cannot be reached/), 'MongoDB is there']);
      expect((await opened.readStore.workflow('w'))?.workflowId).toBe('w');
      await opened.close();
    }, 120_000);

    it('stops waiting when it is told to', async () => {
      await servers.kill('mongo');
      const abort = new AbortController();
      const opening = MongoStore.open({ url: servers.address('DACAPO_MONGO_URL'), log, signal: abort.signal });
      abort.abort(new Error('enough'));
      await expect(opening).rejects.toThrow('enough');
      await servers.start();
    }, 120_000);
  },
);
