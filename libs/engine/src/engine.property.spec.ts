import fc from 'fast-check';

import { suites } from './testing/properties.js';

const { cached, stories, tries, waits } = suites;

describe(`any workflow under any workers, operators and timers (seed ${stories.seed})`, () => {
  it('keeps the invariants I2 to I7, I9 to I11, I13, I14, I16, I21, I23, I26 after every command, and ends (I19)', () => {
    const seen = new Map<string, number>();
    fc.assert(stories.property(seen), { seed: stories.seed, numRuns: stories.numRuns });
    // What the generator never asks, the oracle never sees (reliability 8, 19).
    expect(everyTypeThatHappens.filter((type) => (seen.get(type) ?? 0) < 5)).toEqual([]);
  }, 300_000);

  it('keeps them where TRY stands in TRY', () => {
    const seen = new Map<string, number>();
    fc.assert(tries.property(seen), { seed: tries.seed, numRuns: tries.numRuns });
    expect(['BranchEntered', 'TasksRemoved', 'TaskReopened'].filter((type) => (seen.get(type) ?? 0) < 10)).toEqual([]);
  }, 180_000);

  it('keeps them where much waits: for timers, scripts, definitions, a resume', () => {
    const seen = new Map<string, number>();
    fc.assert(waits.property(seen), { seed: waits.seed, numRuns: waits.numRuns });
    const asked = ['TimerFired', 'StepsDeferred', 'StepsResumed', 'EvaluationRecorded', 'TaskDefsRecorded'];
    expect(asked.filter((type) => (seen.get(type) ?? 0) < 10)).toEqual([]);
  }, 180_000);

  it('keeps them where outputs are reused', () => {
    const seen = new Map<string, number>();
    fc.assert(cached.property(seen), { seed: cached.seed, numRuns: cached.numRuns });
    const asked = ['CachedOutputRequested', 'CachedOutputRecorded', 'TaskQueued'];
    expect(asked.filter((type) => (seen.get(type) ?? 0) < 10)).toEqual([]);
  }, 180_000);
});

const everyTypeThatHappens = [
  'WorkflowStarted',
  'WorkflowPaused',
  'WorkflowResumed',
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowTimedOut',
  'WorkflowTerminated',
  'WorkflowRetried',
  'TaskScheduled',
  'RetryScheduled',
  'TaskOffered',
  'TaskStarted',
  'TaskProgressed',
  'TaskLeaseExtended',
  'TaskLogged',
  'TaskCompleted',
  'TaskFailed',
  'TaskTimedOut',
  'TaskCanceled',
  'TaskReopened',
  'TasksRemoved',
  'LoopIterated',
  'EvaluationRequested',
  'EvaluationRecorded',
  'TaskSkipped',
  'WorkflowRestarted',
  'WorkflowReran',
  'WorkflowReopened',
  'WorkflowJumped',
  'WorkflowRemoved',
  'ChildRetryRequested',
  'VariablesSet',
  'EventPublished',
  'BranchEntered',
  'SignalForwarded',
  'TaskDefsRequested',
  'TaskDefsRecorded',
  'TaskQueued',
  'TasksForked',
  'TimerFired',
  'TimeoutAlerted',
  'FailureWorkflowRequested',
  'CommandRejected',
];
