/** 2,000 workflows under six kill -9 at random moments: none lost, none doubled, no gap, and every client was told the truth. */
import { inScene, pause } from './harness.js';
import { randomFrom, seed } from './random.js';

const file = 'kill.spec.ts';
const title = 'nothing is lost or doubled by six kill -9 under 2,000 workflows';
const workflows = 2_000;
const kills = 6;
/** Three a workflow, and one more where the second step fails first. */
const updates = workflows * 3;
const loadMs = 60_000;
const restMs = 30_000;
const lookMs = 2;

test(
  title,
  async () => {
    const proof = await inScene({ file, title }, async (scene) => {
      const { server, client } = scene;
      const random = randomFrom(seed);
      const names = Array.from({ length: workflows }, () => (random() < 0.05 ? 'crash_pause' : 'crash_three'));
      // By what has been done and not by time, so that a slower machine is killed in the same places.
      const moments = Array.from({ length: kills }, () => Math.floor(updates * (0.02 + 0.9 * random()))).sort((a, b) => a - b);
      const deadline = Date.now() + loadMs;
      await server.start();
      scene.work(['crash_first', 'crash_second', 'crash_third']);
      scene.startAll(names);
      for (const moment of moments) {
        while (client.history.updates.length < moment) {
          if (Date.now() > deadline) throw new Error(`after ${loadMs} ms ${client.history.updates.length} results of ${moment}`);
          await pause(lookMs);
        }
        await pause(Math.floor(random() * 20));
        await server.signal('SIGKILL');
        await server.start();
      }
      await scene.started();
      // One without an answer may have been lost: then somebody orders again.
      for (let missing = 1; missing > 0; await scene.started()) {
        missing = workflows - client.history.starts.length;
        scene.startAll(Array.from({ length: missing }, () => 'crash_three'));
      }
      return scene.prove(restMs);
    });
    process.stdout.write(
      `kill -9, seed ${seed}: ${kills} kills, ${proof.workflows} workflows, ${proof.events} events, ${proof.unknown} unknown outcomes, ` +
        `${proof.refused} commands refused\n`,
    );
  },
  loadMs + restMs + 60_000,
);
