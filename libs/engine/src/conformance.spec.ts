// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
/** The engine's rows of the contract's conformance checklist (Appendix A), each by its number; details stand in the specs of the parts. */
import { retryDelaySeconds } from './tasks/retry-delay.js';
import { aTaskDef, aWorkflow, doWhile, fork, forkOver, join, simple, switchOn, task } from './testing/definitions.js';
import { given } from './testing/specification.js';
import {
  claim,
  complete,
  completeAll,
  fail,
  fireTimerAfter,
  found,
  pause,
  progress,
  resume,
  start,
} from './testing/steps.js';

const keysOf = (tasks: object): readonly string[] => Object.keys(tasks);

it('A6 an update with IN_PROGRESS is shown as SCHEDULED and offered again after the callback', () => {
  given(aWorkflow().withTask(simple('a')), [start(), claim('a')])
    .when(progress('a', { callbackAfterSeconds: 30 }))
    .thenTask('a', { status: 'SCHEDULED', ready: false, callbackAfterSeconds: 30 })
    .when(fireTimerAfter(29.999))
    .thenRefused('TIMER_NOT_DUE')
    .when(fireTimerAfter(0.001))
    .thenTask('a', { status: 'SCHEDULED', ready: true });
});

it.each([
  ['FIXED', [3, 3, 3]],
  ['LINEAR_BACKOFF', [6, 12, 18]],
  ['EXPONENTIAL_BACKOFF', [3, 6, 12]],
] as const)('A7 retry delays: %s', (retryLogic, delays) => {
  const def = aTaskDef({ retryLogic, retryDelaySeconds: 3, backoffScaleFactor: 2 });
  expect([0, 1, 2].map((retryCount) => retryDelaySeconds(def, retryCount))).toEqual(delays);
  const capped = aTaskDef({ ...def, maxRetryDelaySeconds: 5 });
  expect(Math.max(...[0, 1, 2].map((retryCount) => retryDelaySeconds(capped, retryCount)))).toBeLessThanOrEqual(5);
});

it('A7 jitter is drawn once and stands in the timer, not in the shown delay', () => {
  const { run } = given(
    aWorkflow()
      .withTask(simple('a', { retryCount: 1 }))
      .withTaskDef('a', { retryDelaySeconds: 3, backoffJitterMs: 1000 }),
    [start(), fail('a')],
  );
  const { timers, callbackAfterSeconds } = run.task('a');
  const drawn = (timers['offer'] ?? 0) - run.now - 3000;
  expect(callbackAfterSeconds).toBe(3);
  expect(drawn).toBeGreaterThanOrEqual(0);
  expect(drawn).toBeLessThanOrEqual(1000);
});

it('A10 SWITCH with an empty case runs nothing, DECISION its default', () => {
  const cases = { x: [] };
  given(aWorkflow().withTask(switchOn('s', 'x', cases, [simple('d')]), simple('z')), [start()]).thenWorkflow({
    open: { z: true },
  });
  const decision = { caseValueParam: 'v', inputParameters: { v: 'x' }, decisionCases: cases };
  given(aWorkflow().withTask(task('DECISION', 's', { ...decision, defaultCase: [simple('d')] }), simple('z')), [
    start(),
  ]).thenWorkflow({ open: { d: true } });
});

it('A11 FORK_JOIN_DYNAMIC: names, `__index`, and an empty list completes', () => {
  given(aWorkflow().withTask(forkOver('f', [{ x: 1 }, 2], { forkTaskName: 'work' }), join('j', [])), [
    start(),
    found('f'),
  ])
    .thenTask('_work_0', { input: { x: 1, __index: 0 } })
    .thenTask('_work_1', { input: { input: 2, __index: 1 } });
  given(aWorkflow().withTask(forkOver('f', [], { forkTaskName: 'work' }), join('j', [])), [start()]).thenWorkflow({
    status: 'COMPLETED',
  });
});

it('A12 DO_WHILE: references, output keys, keepLastN, and no items', () => {
  const { run } = given(aWorkflow().withTask(doWhile('l', "$.l['iteration'] < 3", [simple('a')])), [
    start(),
    completeAll,
    completeAll,
    completeAll,
  ]);
  expect(keysOf(run.live.tasks)).toEqual(['l', 'a__1', 'a__2', 'a__3']);
  expect(keysOf(run.task('l').output).toSorted()).toEqual(['1', '2', '3', 'iteration']);
  const kept = given(
    aWorkflow().withTask(doWhile('l', "$.l['iteration'] < 3", [simple('a')], { inputParameters: { keepLastN: 1 } })),
    [start(), completeAll, completeAll, completeAll],
  );
  expect(keysOf(kept.run.live.tasks)).not.toContain('a__1');
  given(aWorkflow().withTask(doWhile('l', 'true', [simple('a')], { items: '${workflow.input.none}' })), [
    start(),
  ]).thenTask('l', { status: 'COMPLETED', output: { iteration: 0 } });
});

it('A13 JOIN: output by reference, failures end it early, permissive ones wait', () => {
  const joined = (fields = {}) =>
    aWorkflow().withTask(fork('f', [simple('a', fields)], [simple('b')]), join('j', ['a', 'b']));
  given(joined(), [start(), complete('a', { x: 1 }), complete('b', { y: 2 })]).thenTask('j', {
    output: { a: { x: 1 }, b: { y: 2 } },
  });
  given(joined(), [start(), fail('a')]).thenWorkflow({ status: 'FAILED' });
  given(joined({ permissive: true }), [start(), fail('a')])
    .thenWorkflow({ status: 'RUNNING', open: { b: true, j: true } })
    .when(complete('b'))
    .thenWorkflow({ status: 'FAILED' });
});

it('A17 pause leaves worker tasks to be claimed; resume of a running workflow is an error', () => {
  given(aWorkflow().withTask(simple('a'), simple('b')), [start()])
    .when(resume)
    .thenRefused('WORKFLOW_NOT_PAUSED')
    .when(pause)
    .when(claim('a'))
    .then(['TaskStarted a'])
    .when(complete('a'))
    .then(['TaskCompleted a']);
});

it.each([
  ['response', { responseTimeoutSeconds: 5, timeoutPolicy: 'ALERT_ONLY' }, [claim('a')], 'TIMED_OUT'],
  ['poll', { pollTimeoutSeconds: 5, timeoutPolicy: 'TIME_OUT_WF' }, [], 'TIMED_OUT'],
  ['task', { timeoutSeconds: 5, responseTimeoutSeconds: 5, timeoutPolicy: 'TIME_OUT_WF' }, [claim('a')], 'TIMED_OUT'],
  ['total', { totalTimeoutSeconds: 5, timeoutPolicy: 'TIME_OUT_WF' }, [], 'TIMED_OUT'],
  ['poll, alert only', { pollTimeoutSeconds: 5, timeoutPolicy: 'ALERT_ONLY' }, [], 'RUNNING'],
  ['total, alert only', { totalTimeoutSeconds: 5, timeoutPolicy: 'ALERT_ONLY' }, [], 'RUNNING'],
] as const)('A20 time-outs and their policies: %s', (_what, def, steps, status) => {
  given(
    aWorkflow()
      .withTask(simple('a', { retryCount: 0 }))
      .withTaskDef('a', def),
    [start(), ...steps],
  )
    .when(fireTimerAfter(5))
    .thenWorkflow({ status });
});

it('A20 the time-out of the workflow', () => {
  const timed = (timeoutPolicy: string) => aWorkflow().with({ timeoutSeconds: 5, timeoutPolicy }).withTask(simple('a'));
  given(timed('TIME_OUT_WF'), [start(), fireTimerAfter(5)]).thenWorkflow({ status: 'TIMED_OUT' });
  given(timed('ALERT_ONLY'), [start(), fireTimerAfter(5)]).thenWorkflow({ status: 'RUNNING' });
});
