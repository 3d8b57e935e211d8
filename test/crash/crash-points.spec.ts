/**
 * The crash-point walk: for every numbered place, kill -9 when it is reached the n-th time, restart on what lies on the disk, and in the end
 * nothing is lost and nothing is there twice. The crashes at one place share a data folder, so that each also meets what the one before it
 * left behind. A place that is not reached fails the test: otherwise nobody would notice that the walk stands still.
 */
import { type CrashPointName, crashPointNames } from '@dacapo/ports';

import { inScene, pause, type Proof, type Scene } from './harness.js';
import { randomFrom, seed } from './random.js';
import { startable } from './scenarios.js';

const file = 'crash-points.spec.ts';
const serversAtOnce = 2;
const reachMs = 15_000;
const restMs = 20_000;
/** Of each scenario: at once when the server is there, and then again and again until it dies. */
const copies = 2;
const waveMs = 400;
/** Results before the first kill, which no crash point waits for. */
const firstResults = 30;

interface Crash {
  readonly count: number;
  /** Reached while the server drains instead of under load. */
  readonly atShutdown?: true;
}

const random = randomFrom(seed);
const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
const underLoad = (...counts: readonly number[]): Crash[] => counts.map((count) => ({ count }));
const atShutdown = (...counts: readonly number[]): Crash[] => counts.map((count) => ({ count, atShutdown: true }));

/** Low counts die in the recovery from the crash before, high ones in the middle of the work. */
const walks: Readonly<Record<CrashPointName, readonly Crash[]>> = {
  // One per lane and two seconds: the first four come together.
  'checkpoint:before': [...underLoad(1, between(2, 4)), ...atShutdown(1, between(2, 4))],
  'checkpoint:after': [...underLoad(1, between(2, 4)), ...atShutdown(1, between(2, 4))],
  'append:before': underLoad(1, 2, 13, between(20, 80)),
  'append:written': underLoad(1, 2, 13, between(20, 80)),
  'append:after': underLoad(1, 2, 13, between(20, 80)),
  'acknowledge:before': underLoad(1, 2, 13, between(20, 80)),
  'acknowledge:after': underLoad(1, 2, 13, between(20, 80)),
  'projection:before': underLoad(1, 2, 13, between(20, 80)),
  'projection:after': underLoad(1, 2, 13, between(20, 80)),
  // One per lane and start: each dies before it serves, and finds what the first server left.
  'claim:before': underLoad(1, 2, 3, 4),
  'claim:after': underLoad(1, 2, 3, 4),
  'timer:before': underLoad(1, 2, 5, between(6, 15)),
  'timer:after': underLoad(1, 2, 5, between(6, 15)),
};

const wave = startable.flatMap((scenario) => Array.from({ length: copies }, () => scenario));

async function crash(scene: Scene, name: CrashPointName, { count, atShutdown: drains }: Crash): Promise<void> {
  const { server } = scene;
  const crashAt = `${name}:${count}`;
  let isRunning = (await server.start({ crashAt })) === undefined;
  const exited = server.exited(reachMs).finally(() => (isRunning = false));
  const load = async (): Promise<void> => {
    while (isRunning) {
      scene.startAll(wave);
      if (drains === true) {
        await scene.started();
        void server.signal('SIGTERM').catch(() => undefined);
        return;
      }
      await Promise.race([exited, pause(waveMs)]);
    }
  };
  const [exit] = await Promise.all([exited, load()]).catch((cause: unknown) => {
    throw new Error(`${crashAt} was not reached`, { cause });
  });
  if (exit.signal !== 'SIGKILL')
    throw new Error(`${crashAt} was not reached: the server ended with ${exit.code}\n${server.output}`);
}

/** Work that a crash in the very start of the next server can lose. */
async function fill(scene: Scene): Promise<void> {
  await scene.server.start();
  scene.startAll(wave);
  const deadline = Date.now() + reachMs;
  while (scene.client.history.updates.length < firstResults && Date.now() < deadline) await pause(1);
  await scene.server.signal('SIGKILL');
}

const turns: Promise<unknown>[] = Array.from({ length: serversAtOnce }, () => Promise.resolve());

/** At most so many scenes at once. */
async function inTurn(body: () => Promise<void>): Promise<void> {
  const shortest = turns.shift() ?? Promise.resolve();
  const result = shortest.then(body);
  turns.push(result.catch(() => undefined));
  return result;
}

const proofs: Proof[] = [];

afterAll(() => {
  const sum = (of: (proof: Proof) => number): number => proofs.reduce((total, proof) => total + of(proof), 0);
  const crashes = Object.values(walks).reduce((total, list) => total + list.length, 0);
  process.stdout.write(
    `crash-point walk, seed ${seed}: ${crashPointNames.length} places, ${crashes} crashes, ${sum(({ workflows }) => workflows)} workflows, ` +
      `${sum(({ events }) => events)} events, ${sum(({ unknown }) => unknown)} unknown outcomes, ${sum(({ refused }) => refused)} commands refused\n`,
  );
});

test.concurrent.each(crashPointNames)(
  'nothing is lost or doubled by kill -9 at %s',
  async (name) => {
    await inTurn(() =>
      inScene({ file, title: `kill -9 at ${name}` }, async (scene) => {
        scene.work();
        if (name.startsWith('claim:')) await fill(scene);
        for (const each of walks[name]) await crash(scene, name, each);
        await scene.server.start();
        proofs.push(await scene.prove(restMs));
      }),
    );
  },
  300_000,
);
