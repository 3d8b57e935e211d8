import { retryDelaySeconds } from './retry-delay.js';
import { aTaskDef, aWorkflow, simple } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import { fail, start } from '../testing/steps.js';

describe('the delay before the next attempt', () => {
  it.each([
    ['FIXED', [10, 10, 10, 10]],
    ['LINEAR_BACKOFF', [30, 60, 90, 120]],
    ['EXPONENTIAL_BACKOFF', [10, 20, 40, 80]],
  ] as const)('%s', (retryLogic, delays) => {
    const taskDef = aTaskDef({ retryLogic, retryDelaySeconds: 10, backoffScaleFactor: 3 });
    expect([0, 1, 2, 3].map((retryCount) => retryDelaySeconds(taskDef, retryCount))).toEqual(delays);
  });

  it.each([
    ['FIXED', 2],
    ['LINEAR_BACKOFF', 2],
    ['EXPONENTIAL_BACKOFF', 2],
  ] as const)('%s is capped', (retryLogic, retryCount) => {
    const taskDef = aTaskDef({ retryLogic, retryDelaySeconds: 50, maxRetryDelaySeconds: 45 });
    expect(retryDelaySeconds(taskDef, retryCount)).toBe(45);
  });

  it.each(['LINEAR_BACKOFF', 'EXPONENTIAL_BACKOFF'] as const)('%s saturates', (retryLogic) => {
    const taskDef = aTaskDef({ retryLogic, retryDelaySeconds: 2_000_000_000, backoffScaleFactor: 1000 });
    expect(retryDelaySeconds(taskDef, 5000)).toBe(2_147_483_647);
  });

  it('is nothing when it is 0, after any number of attempts', () => {
    const taskDef = aTaskDef({ retryLogic: 'EXPONENTIAL_BACKOFF', retryDelaySeconds: 0 });
    expect(retryDelaySeconds(taskDef, 1000)).toBe(0);
  });
});

describe('jitter', () => {
  const offers = (backoffJitterMs: number): readonly number[] => {
    const workflow = aWorkflow()
      .withTask(simple('a', { retryCount: 8 }))
      .withTaskDef('a', { retryDelaySeconds: 10, backoffJitterMs });
    const { run } = given(workflow, [start()]);
    return Array.from({ length: 8 }, () => {
      fail('a')(run);
      expect(run.task('a').startDelaySeconds).toBe(10);
      return (run.task('a').timers['offer'] ?? 0) - startOfTime - 10_000;
    });
  };

  it('is added to the offer, within its bound, and is not shown', () => {
    const drawn = offers(500);
    expect(drawn.every((ms) => ms >= 0 && ms <= 500)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(4);
  });

  it('is drawn from the attempt: the same in every replay', () => {
    expect(offers(500)).toEqual(offers(500));
  });

  it('is none by default', () => {
    expect(offers(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
