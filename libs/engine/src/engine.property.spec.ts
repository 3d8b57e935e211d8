import fc from 'fast-check';

import { isEnded } from './state.js';
import { Run } from './testing/run.js';
import { definitions, stories } from './testing/generators.js';
import { drain, happen } from './testing/story.js';
import { start } from './testing/steps.js';
import { nextDue } from './timers.js';

const seed = 20_260;
const numRuns = 800;

describe(`any workflow under any workers, operators and timers (seed ${seed}, ${numRuns} runs)`, () => {
  it('keeps the invariants I2 to I5, I7, I9 to I11, I13, I14, I16, I21, I23, I26 after every command, and ends (I19)', () => {
    const seen = new Map<string, number>();
    const story = fc.property(definitions, stories, fc.constantFrom('x', 'y', 'z'), (workflow, story, choice) => {
      const run = new Run(workflow.flow());
      start({ choice, bad: 'soon' })(run);
      for (const happening of story) happen(run, happening);
      drain(run);
      run.auditWhole();
      for (const { event } of run.records) seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
      expect(isEnded(run.live.status)).toBe(true);
      expect(nextDue(run.live)).toBeUndefined();
    });
    fc.assert(story, { seed, numRuns });
    // What the generator never asks, the oracle never sees (reliability 8, 19).
    expect(everyTypeThatHappens.filter((type) => (seen.get(type) ?? 0) < 5)).toEqual([]);
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
  'TaskSkipped',
  'TasksRemoved',
  'WorkflowRestarted',
  'WorkflowReran',
  'WorkflowReopened',
  'WorkflowJumped',
  'WorkflowRemoved',
  'ChildRetryRequested',
  'VariablesSet',
  'SignalForwarded',
  'TimerFired',
  'TimeoutAlerted',
  'FailureWorkflowRequested',
  'CommandRejected',
];
