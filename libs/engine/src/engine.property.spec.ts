import fc from 'fast-check';

import { isEnded } from './state.js';
import type { WorkflowBuilder } from './testing/definitions.js';
import { Run } from './testing/run.js';
import { definitions, definitionsWithTries, type Happening, stories, storiesOfFailure } from './testing/generators.js';
import { drain, happen } from './testing/story.js';
import { start } from './testing/steps.js';
import { nextDue } from './timers.js';

const seed = 20_260;

type Property = fc.IPropertyWithHooks<[WorkflowBuilder, readonly Happening[], string]>;

/** Tells a story to a workflow, brings it to its end, and counts the events that came of it. */
function anyOf(
  arbitrary: fc.Arbitrary<WorkflowBuilder>,
  told: fc.Arbitrary<readonly Happening[]>,
  seen: Map<string, number>,
): Property {
  return fc.property(arbitrary, told, fc.constantFrom('x', 'y', 'z'), (workflow, story, choice) => {
    const run = new Run(workflow.flow());
    start({ choice, bad: 'soon' })(run);
    for (const happening of story) happen(run, happening);
    drain(run);
    // What has failed may be tried again as a whole, and has to end then too.
    if (run.live.status !== 'COMPLETED') {
      run.send('RetryWorkflow', {});
      drain(run);
    }
    run.auditWhole();
    for (const { event } of run.records) seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
    expect(isEnded(run.live.status)).toBe(true);
    expect(nextDue(run.live)).toBeUndefined();
  });
}

describe(`any workflow under any workers, operators and timers (seed ${seed})`, () => {
  it('keeps the invariants I2 to I7, I9 to I11, I13, I14, I16, I21, I23, I26 after every command, and ends (I19)', () => {
    const seen = new Map<string, number>();
    fc.assert(anyOf(definitions, stories, seen), { seed, numRuns: 600 });
    // What the generator never asks, the oracle never sees (reliability 8, 19).
    expect(everyTypeThatHappens.filter((type) => (seen.get(type) ?? 0) < 5)).toEqual([]);
  }, 120_000);

  it('keeps them where TRY stands in TRY', () => {
    const seen = new Map<string, number>();
    fc.assert(anyOf(definitionsWithTries, storiesOfFailure, seen), { seed, numRuns: 500 });
    expect(['BranchEntered', 'TasksRemoved', 'TaskReopened'].filter((type) => (seen.get(type) ?? 0) < 10)).toEqual([]);
  }, 60_000);
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
