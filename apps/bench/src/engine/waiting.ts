/** A crowd of workflows that wait for days: memory, disk, restart, and a timer among them. Embedded only. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { OwnServer } from '../own-server.js';
import { usageOf } from '../process-usage.js';
import { Caller, print, quantile, rounded, task, worker } from './kit.js';

export async function measureWaiting(server: OwnServer, count: number): Promise<Readonly<Record<string, number>>> {
  const { base } = server;
  const caller = await Caller.open(base);
  await caller.define('bench_waiting', [task('WAIT', 'w', { inputParameters: { duration: '30 days' } })]);
  await caller.define(
    'bench_timer',
    [task('WAIT', 'w', { inputParameters: { duration: '2 seconds' } }), worker('behind', 'bench_timed')],
    ['bench_timed'],
  );
  caller.close();
  const began = performance.now();
  await startAll(base, count);
  const startSeconds = (performance.now() - began) / 1000;
  const timerMs = await timerLateness(base);
  // What the projection and the checkpoints still have to do.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const { rssMb } = usageOf(server.pid);
  const restartSeconds = (await server.restart()) / 1000;
  const bytes = readdirSync(server.folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + statSync(join(server.folder, name)).size,
    0,
  );
  const figures = {
    waiting: count,
    startsPerSecond: rounded(count / startSeconds, 0),
    rssMb: rounded(rssMb, 0),
    rssMbAfterRestart: rounded(usageOf(server.pid).rssMb, 0),
    diskKbEach: rounded(bytes / count / 1024, 2),
    restartSeconds: rounded(restartSeconds),
    timerLateMs: timerMs,
    timerLateMsAfterRestart: await timerLateness(base),
  };
  print(JSON.stringify(figures));
  return figures;
}

async function startAll(base: URL, count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      const caller = await Caller.open(base);
      while (left-- > 0) await caller.start('bench_waiting');
      caller.close();
    }),
  );
}

/** How long after its time a WAIT of two seconds lets the next task be polled, as its median over some. */
async function timerLateness(base: URL): Promise<number> {
  const late: number[] = [];
  const [starter, poller] = [await Caller.open(base), await Caller.open(base)];
  for (let round = 0; round < 5; round++) {
    const begin = performance.now();
    await starter.start('bench_timer');
    for (;;) {
      const [found] = await poller.poll('bench_timed');
      if (found === undefined) continue;
      late.push(performance.now() - begin - 2000);
      await poller.complete(found);
      break;
    }
  }
  starter.close();
  poller.close();
  return rounded(quantile(late, 0.5), 1);
}
