import { aWorkflow, fork, join, simple, wait } from './testing/definitions.js';
import { startOfTime } from './testing/run.js';
import { given } from './testing/specification.js';
import { claim, complete, pause, start, terminateWorkflow } from './testing/steps.js';
import { dueTimers, isDue, nextDue } from './timers.js';

const workflow = aWorkflow()
  .with({ timeoutSeconds: 100 })
  .withTask(fork('f', [wait('w', { duration: '20s' })], [simple('a')]), join('j', ['w', 'a']))
  .withTaskDef('a', { responseTimeoutSeconds: 20, timeoutSeconds: 20 });
const at = (seconds: number): number => startOfTime + seconds * 1000;

describe('timers', () => {
  it('tell the earliest', () => {
    expect(nextDue(given(workflow, [start()]).run.live)).toBe(at(20));
    expect(nextDue(given(workflow, [start(), complete('w')]).run.live)).toBe(at(100));
  });

  it('are due earliest first, by name where two are due at once', () => {
    const { run } = given(workflow, [start(), claim('a')]);
    const due = dueTimers(run.live, at(100)).map(({ timer }) => timer.split(':')[0]);
    expect(due).toEqual(['response', 'timeout', 'wait', 'workflow']);
    expect(dueTimers(run.live, at(20) - 1)).toEqual([]);
    for (const { timer, due: time } of dueTimers(run.live, at(100))) {
      expect([isDue(run.live, timer, time - 1), isDue(run.live, timer, time)]).toEqual([false, true]);
    }
  });

  it('of tasks rest while the workflow is paused, its own does not', () => {
    const { run } = given(workflow, [start(), claim('a'), pause]);
    expect(nextDue(run.live)).toBe(at(100));
    expect(dueTimers(run.live, at(99))).toEqual([]);
    expect(isDue(run.live, `wait:${run.idOf('w')}`, at(99))).toBe(false);
  });

  it('end with the workflow', () => {
    const { run } = given(workflow, [start(), claim('a'), terminateWorkflow()]);
    expect(nextDue(run.live)).toBeUndefined();
    expect(isDue(run.live, 'workflow', at(1000))).toBe(false);
  });

  it.each(['wait:nobody', 'nothing', 'toString:x', ''])('know nothing of %j', (timer) => {
    expect(isDue(given(workflow, [start()]).run.live, timer, at(1000))).toBe(false);
  });
});
