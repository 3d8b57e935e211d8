import { VirtualClock } from '@dacapo/journal-memory';

import { readerLoop } from './loops.js';
import { type Loop, Supervisor } from './supervisor.js';
import { TestLog } from './testing/test-log.js';

/** A loop whose end is in the hand of the test. */
class HandLoop implements Loop {
  fail: (error: unknown) => void = () => undefined;
  end: () => void = () => undefined;
  ready: () => void = () => undefined;
  stops = 0;

  run(onReady: () => void): Promise<void> {
    this.ready = onReady;
    return new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }

  async stop(): Promise<void> {
    this.stops += 1;
    this.end();
  }
}

describe('Supervisor', () => {
  let clock: VirtualClock;
  let log: TestLog;
  let loops: HandLoop[];
  let supervisor: Supervisor;
  let started: Promise<void>;
  const current = (): HandLoop => loops.at(-1) as HandLoop;

  beforeEach(() => {
    clock = new VirtualClock();
    log = new TestLog();
    loops = [];
    const make = (): Loop => {
      loops.push(new HandLoop());
      return current();
    };
    supervisor = new Supervisor('test-loop', make, clock, log);
    started = supervisor.start();
  });

  const failed = async (error: unknown = new Error('broken')): Promise<void> => {
    const count = log.said.length;
    current().fail(error);
    while (log.said.length === count) await Promise.resolve();
    await Promise.resolve();
  };

  it("is ready from the loop's word on, and not when it has failed", async () => {
    expect(supervisor.isReady).toBe(false);
    current().ready();
    await started;
    expect(supervisor.isReady).toBe(true);
    await failed();
    expect(supervisor.isReady).toBe(false);
    clock.advance(100);
    await Promise.resolve();
    current().ready();
    expect(supervisor.isReady).toBe(true);
    expect(supervisor.restarts).toBe(1);
    await supervisor.stop();
  });

  it('starts a loop anew that failed, with pauses that double up to ten seconds', async () => {
    const pauses: number[] = [];
    for (let n = 0; n < 9; n++) {
      await failed();
      const pause = (clock.next ?? 0) - clock.now();
      pauses.push(pause);
      clock.advance(pause - 1);
      await Promise.resolve();
      expect(loops).toHaveLength(n + 1);
      clock.advance(1);
      await Promise.resolve();
      expect(loops).toHaveLength(n + 2);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    await supervisor.stop();
  });

  it('begins with the shortest pause again once the loop has worked', async () => {
    for (const pause of [100, 200, 400]) {
      await failed();
      clock.advance(pause);
      await Promise.resolve();
    }
    current().ready();
    await failed();
    expect((clock.next ?? 0) - clock.now()).toBe(100);
    await supervisor.stop();
  });

  it('starts a loop anew that ended by itself', async () => {
    const count = log.said.length;
    current().end();
    while (log.said.length === count) await Promise.resolve();
    await Promise.resolve();
    expect(log.said.at(-1)).toMatchObject({ level: 'warn', fields: { loop: 'test-loop' } });
    clock.advance(100);
    await Promise.resolve();
    expect(loops).toHaveLength(2);
    await supervisor.stop();
  });

  it('tells what failed', async () => {
    const error = new Error('the reason');
    await failed(error);
    expect(log.said).toEqual([
      { level: 'error', fields: { loop: 'test-loop', error }, message: 'a loop failed; it is started anew' },
    ]);
    await supervisor.stop();
  });

  it('stops the loop and waits for its end', async () => {
    current().ready();
    await supervisor.stop();
    expect(loops.map(({ stops }) => stops)).toEqual([1]);
    expect(supervisor.restarts).toBe(0);
    expect(log.said).toEqual([]);
    expect(clock.next).toBeUndefined();
  });

  it('stops while it pauses, at once and without another start', async () => {
    await failed();
    await supervisor.stop();
    clock.advance(100_000);
    await Promise.resolve();
    expect(loops).toHaveLength(1);
    expect(clock.next).toBeUndefined();
  });

  describe('with a reader of the log as its loop', () => {
    it('fails when the subscription does, ends when it is stopped', async () => {
      let fail: (error: unknown) => void = () => undefined;
      const calls: string[] = [];
      const reader = {
        start: async (onFailure: (error: unknown) => void): Promise<void> => {
          calls.push('start');
          fail = onFailure;
        },
        stop: async (): Promise<void> => void calls.push('stop'),
      };
      const first = readerLoop(reader).run(() => calls.push('ready'));
      await Promise.resolve();
      await Promise.resolve();
      fail(new Error('lost'));
      await expect(first).rejects.toThrow('lost');
      const loop = readerLoop(reader);
      const second = loop.run(() => calls.push('ready'));
      await Promise.resolve();
      await loop.stop();
      await second;
      expect(calls).toEqual(['start', 'ready', 'start', 'ready', 'stop']);
    });

    it('fails when it cannot start', async () => {
      const reader = { start: () => Promise.reject(new Error('no')), stop: async () => undefined };
      await expect(readerLoop(reader).run(() => undefined)).rejects.toThrow('no');
    });
  });
});
