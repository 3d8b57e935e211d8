import { aWorkflow, simple, wait } from '../testing/definitions.js';
import { startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  claim,
  complete,
  fail,
  fireTimer,
  fireTimerAfter,
  pause,
  progress,
  resume,
  signal,
  start,
} from '../testing/steps.js';

const waiting = (input = {}, fields = {}) => aWorkflow().withTask(wait('w', input, fields), simple('z'));

describe('WAIT for a duration', () => {
  it('ends to the millisecond, never before (I16)', () => {
    given(waiting({ duration: '1 minute 30 seconds' }))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled w', { status: 'IN_PROGRESS', timers: { wait: startOfTime + 90_000 } }]])
      .when(fireTimerAfter(89.999))
      .thenRefused('TIMER_NOT_DUE')
      .when(fireTimerAfter(0.001))
      .then(['TimerFired wait w', 'TaskCompleted w', 'TaskScheduled z'])
      .when(fireTimer)
      .thenRefused('TIMER_NOT_DUE');
  });

  it('can be ended earlier, and its timer with it', () => {
    given(waiting({ duration: '1h' }), [start()])
      .when(complete('w', { early: true }))
      .then([['TaskCompleted w', { output: { early: true } }], 'TaskScheduled z'])
      .when(fireTimerAfter(3600))
      .thenRefused('TIMER_NOT_DUE');
  });

  it('rests while the workflow is paused', () => {
    given(waiting({ duration: '10s' }), [start(), pause])
      .when(fireTimerAfter(20))
      .thenRefused('TIMER_NOT_DUE')
      .when(resume)
      .then(['WorkflowResumed'])
      .when(fireTimer)
      .then(['TimerFired wait w', 'TaskCompleted w', 'TaskScheduled z']);
  });

  it('reads the duration from an expression', () => {
    given(waiting({ duration: '${workflow.input.d}' }))
      .when(start({ d: '2 hours' }))
      .then(['WorkflowStarted', ['TaskScheduled w', { timers: { wait: startOfTime + 7_200_000 } }]]);
  });
});

describe('WAIT until a time', () => {
  it('ends then', () => {
    given(waiting({ until: '2023-11-15 00:00 GMT+1' }))
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled w', { timers: { wait: 1_700_002_800_000 } }]]);
  });

  it('ends at once when that is past', () => {
    given(waiting({ until: '2020-01-01' }))
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled w', 'TaskCompleted w', 'TaskScheduled z']);
  });
});

describe('WAIT that cannot be', () => {
  it.each([
    ['a bad duration', { duration: '${workflow.input.bad}' }, 'Invalid/Unsupported Wait duration. Provided: soon'],
    ['a bad time', { until: '${workflow.input.bad}' }, 'Invalid/Unsupported Wait Until format.  Provided: soon'],
    [
      'both',
      { duration: '${workflow.input.bad}', until: '${workflow.input.bad}' },
      "Both 'duration' and 'until' specified. Please provide only one input",
    ],
  ])('fails for good with %s', (_what, input, reasonForIncompletion) => {
    const workflow = waiting({}).bent((definition) => ({
      ...definition,
      tasks: definition.tasks.map((it) => (it.type === 'WAIT' ? { ...it, inputParameters: input, retryCount: 2 } : it)),
    }));
    given(workflow)
      .when(start({ bad: 'soon' }))
      .then([
        'WorkflowStarted',
        'TaskScheduled w',
        ['TaskFailed w', { status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion }],
        'WorkflowFailed',
      ]);
  });

  it.each([
    ['a number', 5, '5'],
    ['a flag', true, 'true'],
    ['a map', { a: 1 }, '{a=1}'],
  ])('reads %s as text', (_what, bad, text) => {
    given(waiting({ duration: '${workflow.input.bad}' }))
      .when(start({ bad }))
      .then([
        'WorkflowStarted',
        'TaskScheduled w',
        ['TaskFailed w', { reasonForIncompletion: `Invalid/Unsupported Wait duration. Provided: ${text}` }],
        'WorkflowFailed',
      ]);
  });

  it.each([null, ' '])('waits for a word when an expression comes to %j', (bad) => {
    given(waiting({ duration: '${workflow.input.bad}' }), [start({ bad })]).thenTask('w', { status: 'IN_PROGRESS' });
  });
});

describe('WAIT for a word', () => {
  it('has no timer, and takes the output of the update', () => {
    const { run } = given(waiting(), [start()]);
    expect(run.task('w').timers).toEqual({});
    given(waiting(), [start()])
      .when(complete('w', { x: 1 }))
      .then([['TaskCompleted w', { output: { x: 1 } }], 'TaskScheduled z']);
  });

  it('stays where it is when it is told to go on waiting', () => {
    given(waiting(), [start()])
      .when(progress('w', { output: { half: true }, callbackAfterSeconds: 5 }))
      .then([['TaskProgressed w', { status: 'IN_PROGRESS' }]])
      .thenTask('w', { status: 'IN_PROGRESS', ready: false, output: { half: true }, timers: {} });
  });

  it('I9 cannot be claimed', () => {
    given(waiting(), [start()]).when(claim('w')).thenRefused('TASK_NOT_READY');
  });

  it('is forgiven when it is optional', () => {
    given(waiting({}, { optional: true }), [start()])
      .when(fail('w', 'no'))
      .then([['TaskFailed w', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled z']);
  });

  it('ends by a signal', () => {
    given(waiting(), [start()])
      .when(signal('COMPLETED', { go: 1 }))
      .then([['TaskCompleted w', { output: { go: 1 } }], 'TaskScheduled z']);
  });
});
