/** C2: scripts that do not end by themselves are ended, in the same way each time, while the host stays awake. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ScriptOutcome } from '@dacapo/ports';
import { QuickJsSandbox } from './index.js';
import { bombs } from './testing/bombs.js';

const delay = monitorEventLoopDelay({ resolution: 5 });
let sandbox: QuickJsSandbox;

beforeAll(async () => {
  sandbox = await QuickJsSandbox.start();
  await run('1');
  delay.enable();
});
afterAll(() => sandbox.close());

function run(source: string, fuel = 50_000_000): Promise<ScriptOutcome> {
  return sandbox.evaluate({ form: 'script', source, input: { a: 1 }, fuel, now: 0, seed: 's' });
}

it('has at least 100 cases', () => expect(bombs.length).toBeGreaterThanOrEqual(100));

it.each(bombs.map(([source, ending]) => [source.slice(0, 80), ending, source] as const))(
  'C2 %s: %s',
  async (_name, ending, source) => {
    // What spends 10 M units spends 50 M, and memory takes the longer time to fill.
    const fuel = ending === 'fuel' ? 10_000_000 : 50_000_000;
    const [first, second] = await Promise.all([run(source, fuel), run(source, fuel)]);
    expect(first.ok ? 'value' : first.kind).toBe(ending);
    // No watchdog had to help, and the other thread counts the same.
    expect(second).toEqual(first);
    expect(await Promise.all([run('$.a + 1'), run('$.a + 1')])).toEqual([
      { ok: true, value: 2 },
      { ok: true, value: 2 },
    ]);
  },
);

it('left the event loop of the host free', () => {
  delay.disable();
  // Nanoseconds; the rest is for a busy machine. On the main thread each script would hold it up for 50 ms and more.
  expect(delay.percentile(90) / 1e6).toBeLessThan(50);
});
