/** 2,000 workflows under six kill -9 at random moments: none lost, none doubled, no gap, and every client was told the truth. */
import { inScene, pause, type Scene } from './harness.js';
import { randomFrom, seed } from './random.js';

const file = 'kill.spec.ts';
const title = 'nothing is lost or doubled by six kill -9 under 2,000 workflows';
const workflows = 2_000;
const kills = 6;
/** Life of a server before it is killed. A lane takes a checkpoint every two seconds: some die before the first, some after. */
const lifeMs = { min: 100, max: 3_500 };
/** What is still to be started when the server dies falls to the next one. */
const overlapMs = 100;
const sliceMs = 25;
const restMs = 30_000;

/** Three tasks each, the second of some fails first; some wait, some have children. */
function nameOf(chance: number): string {
  if (chance < 0.05) return 'crash_pause';
  return chance < 0.1 ? 'crash_nested' : 'crash_three';
}

/** Starts them evenly over the time, so that there is work in progress whenever the end comes. */
async function load(scene: Scene, names: readonly string[], ms: number): Promise<void> {
  const begun = Date.now();
  for (let started = 0; Date.now() < begun + ms || started < names.length; await pause(sliceMs)) {
    const next = Math.ceil(names.length * Math.min(1, (Date.now() - begun + sliceMs) / ms));
    scene.startAll(names.slice(started, next));
    started = next;
  }
}

test(
  title,
  async () => {
    const proof = await inScene({ file, title }, async (scene) => {
      const { server, client } = scene;
      const random = randomFrom(seed);
      const names = Array.from({ length: workflows }, () => nameOf(random()));
      const lives = Array.from({ length: kills }, () => lifeMs.min + random() * (lifeMs.max - lifeMs.min));
      scene.work(['crash_first', 'crash_second', 'crash_third', 'crash_step']);
      for (const [index, life] of lives.entries()) {
        await server.start();
        const from = Math.floor((workflows * index) / kills);
        const loaded = load(scene, names.slice(from, Math.floor((workflows * (index + 1)) / kills)), life + overlapMs);
        await pause(life);
        await server.signal('SIGKILL');
        await loaded;
      }
      await server.start();
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
  restMs + 90_000,
);
