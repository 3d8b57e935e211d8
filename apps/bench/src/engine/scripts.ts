/**
 * What a script in the sandbox costs: alone, and what 1,000 of them a second do to others. To start 1,000 workflows a second is a load of its
 * own, so that the others are compared with how they fare beside the same starts with a script of the common subset, which the engine runs
 * itself. The load as a whole leaves room on two cores: what is saturated slows down by whatever is added.
 */
import { register, runLoad } from '../load.js';
import { Pace } from '../pace.js';
import { Caller, print, quantile, rounded, type Task, task, worker } from './kit.js';
import { Probe } from './probe.js';

const scriptsPerSecond = 1000;
const othersPerSecond = 200;
const starters = 10;
const rounds = 300;

const scripts = {
  common: '$.items.length > 1 && $.items[0].n < 2',
  sandboxed: '$.items.filter((x) => x.n > 1).map((x) => x.n * 2)',
} as const;
type Kind = keyof typeof scripts;

const inline = (kind: Kind): Task =>
  task('INLINE', 'i', {
    inputParameters: {
      evaluatorType: 'javascript',
      expression: scripts[kind],
      items: Array.from({ length: 20 }, (_, n) => ({ n })),
    },
  });

/** Milliseconds from a start to the hand-out of the task behind the script, p50. */
async function alone(base: URL, kind: Kind): Promise<number> {
  const [caller, poller] = await Promise.all([Caller.open(base), Caller.open(base)]);
  await caller.define(`bench_${kind}_alone`, [inline(kind), worker('behind', 'bench_behind')], ['bench_behind']);
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const polled = poller.poll('bench_behind');
    const begin = performance.now();
    await caller.start(`bench_${kind}_alone`);
    const [found] = await polled;
    latencies.push(performance.now() - begin);
    if (found !== undefined) await poller.complete(found);
  }
  for (const each of [caller, poller]) each.close();
  return quantile(latencies.slice(rounds / 4), 0.5);
}

interface Beside {
  readonly perSecond: number;
  /** Of the probe's workflows. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of workflows of three worker tasks, from the start to the last result. */
  readonly stepsP50Ms: number;
  readonly stepsP99Ms: number;
}

/** How others fare while workflows of one script are started. */
async function beside(base: URL, kind: Kind, seconds: number): Promise<Beside> {
  const callers = await Promise.all(Array.from({ length: starters }, () => Caller.open(base)));
  await callers[0]?.define(`bench_${kind}`, [inline(kind)]);
  const pace = new Pace(scriptsPerSecond);
  const begin = performance.now();
  let started = 0;
  let isDone = false;
  const starting = callers.map(async (caller) => {
    for (;;) {
      await pace.turn();
      if (isDone) return;
      await caller.start(`bench_${kind}`);
      started += 1;
    }
  });
  const probe = await Probe.begin(base);
  const { latencies } = await runLoad({ base, concurrency: 20, perSecond: othersPerSecond, seconds, steps: 3 });
  const probed = await probe.end();
  const perSecond = (started / (performance.now() - begin)) * 1000;
  isDone = true;
  await Promise.all(starting);
  for (const caller of callers) caller.close();
  const [stepsP50Ms, stepsP99Ms] = [quantile([...latencies], 0.5), quantile([...latencies], 0.99)];
  return {
    perSecond: rounded(perSecond, 0),
    ...probed,
    stepsP50Ms: rounded(stepsP50Ms),
    stepsP99Ms: rounded(stepsP99Ms),
  };
}

export async function measureScripts(base: URL, seconds: number): Promise<Readonly<Record<string, number>>> {
  const [commonMs, sandboxedMs] = [await alone(base, 'common'), await alone(base, 'sandboxed')];
  await register(base, 3);
  await beside(base, 'sandboxed', seconds / 2);
  const [common, sandboxed] = [await beside(base, 'common', seconds), await beside(base, 'sandboxed', seconds)];
  print(`a script in the sandbox adds ${rounded(sandboxedMs - commonMs)} ms`);
  print(`beside common scripts:    ${JSON.stringify(common)}`);
  print(`beside sandboxed scripts: ${JSON.stringify(sandboxed)}`);
  return {
    'script p50 ms': rounded(sandboxedMs - commonMs),
    'scripts per second': sandboxed.perSecond,
    'p99 of others beside common scripts': common.p99Ms,
    'p99 of others beside sandboxed scripts': sandboxed.p99Ms,
  };
}
