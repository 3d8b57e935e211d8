/** One process per data folder and port, and a shutdown that loses nothing. */
import { inScene, pause } from './harness.js';
import { randomFrom, seed } from './random.js';
import { Server } from './server.js';

const file = 'files.spec.ts';
const restMs = 20_000;

const second = 'a second process on the same data folder is refused and disturbs nobody';
test(
  second,
  () =>
    inScene({ file, title: second }, async (scene) => {
      await scene.server.start();
      const other = await Server.make(scene.server.directory);
      const exit = await other.start();
      expect(exit).toEqual({ code: 1, signal: null });
      expect(other.output.trim().split('\n')).toEqual([
        expect.stringMatching(/data folder .* is used by another process \(pid \d+\)\. Stop it first\.$/),
      ]);
      scene.work(['crash_step']);
      scene.startAll(['crash_wait', 'crash_nested']);
      await scene.prove(restMs);
    }),
  60_000,
);

const port = 'a port that is in use is named, and the folder is free again';
test(
  port,
  () =>
    inScene({ file, title: port }, async (scene) => {
      await scene.server.start();
      const other = await Server.make();
      expect(await other.start({ port: scene.server.port })).toEqual({ code: 1, signal: null });
      const lines = other.output.trim().split('\n');
      expect(lines.at(-1)).toBe(
        `Port ${scene.server.port} is in use. Choose another one with --port, or end the program that has it.`,
      );
      expect(await other.start()).toBeUndefined();
      expect(await other.signal('SIGTERM')).toEqual({ code: 0, signal: null });
      other.remove();
      await scene.prove(restMs);
    }),
  60_000,
);

const drain = 'SIGTERM under load drains, exits with 0 and loses nothing';
test(
  drain,
  () =>
    inScene({ file, title: drain }, async (scene) => {
      const { server, client } = scene;
      const random = randomFrom(seed);
      scene.work();
      for (let round = 0; round < 3; round++) {
        await server.start();
        const { length } = client.history.updates;
        // Messages between workflows are what a hasty shutdown forgets.
        scene.startAll(Array.from({ length: 60 }, () => (random() < 0.7 ? 'crash_nested' : 'crash_failing')));
        while (client.history.updates.length < length + 60) await pause(1);
        await pause(Math.floor(random() * 40));
        const { code, signal } = await server.signal('SIGTERM');
        if (code !== 0) throw new Error(`SIGTERM ended it with ${code ?? signal}`);
      }
      await server.start();
      await scene.prove(restMs);
    }),
  120_000,
);

const chimes = 'SIGTERM while timers fire forgets no message to another workflow';
test(
  chimes,
  () =>
    inScene({ file, title: chimes }, async (scene) => {
      const { server } = scene;
      const random = randomFrom(seed);
      for (let round = 0; round < 2; round++) {
        await server.start();
        const begun = Date.now();
        // Each waits for a second and then starts a child: so messages fly although no client does anything any more.
        scene.startAll(Array.from({ length: 300 }, () => 'crash_chime'));
        await scene.started();
        const spread = Date.now() - begun;
        await pause(begun + 1_000 + spread * (0.1 + 0.7 * random()) - Date.now());
        expect(await server.signal('SIGTERM')).toEqual({ code: 0, signal: null });
      }
      await server.start();
      scene.work(['crash_step']);
      await scene.prove(restMs);
    }),
  120_000,
);
