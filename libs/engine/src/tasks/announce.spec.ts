// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, simple, task, wait } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { cancel, claim, complete, fail, fireTimerAfter, progress, start } from '../testing/steps.js';

const told = (...keys: readonly string[]): Readonly<Record<string, unknown>> => ({
  onStateChange: Object.fromEntries(keys.map((key) => [key, [{ type: key, payload: {} }]])),
});
const published = 'StateChangePublished a';

describe('onStateChange', () => {
  it.each<
    [what: string, key: string, steps: Parameters<typeof given>[1], step: ReturnType<typeof complete>, status: string]
  >([
    ['onScheduled', 'onScheduled', [], start(), 'SCHEDULED'],
    ['onStart', 'onStart', [start()], claim('a'), 'IN_PROGRESS'],
    ['onSuccess', 'onSuccess', [start()], complete('a'), 'COMPLETED'],
    ['onCOMPLETED', 'onCOMPLETED', [start()], complete('a'), 'COMPLETED'],
    ['onFailed', 'onFailed', [start()], fail('a'), 'FAILED'],
    [
      'onFailed at a terminal error',
      'onFailed',
      [start()],
      fail('a', 'r', { terminal: true }),
      'FAILED_WITH_TERMINAL_ERROR',
    ],
    [
      'onFAILED_WITH_TERMINAL_ERROR',
      'onFAILED_WITH_TERMINAL_ERROR',
      [start()],
      fail('a', 'r', { terminal: true }),
      'FAILED_WITH_TERMINAL_ERROR',
    ],
    ['onCancelled', 'onCancelled', [start()], cancel('a'), 'CANCELED'],
    ['onFailed at a timeout', 'onFailed', [start(), claim('a')], fireTimerAfter(10), 'TIMED_OUT'],
    ['onScheduled when it comes back', 'onScheduled', [start(), claim('a')], progress('a'), 'SCHEDULED'],
    ['one of several in a key', 'onFailed, onSuccess', [start()], complete('a'), 'COMPLETED'],
  ])('tells of %s', (_what, key, before, step, status) => {
    const workflow = aWorkflow()
      .withTask(simple('a', told(key)))
      .withTaskDef('a', { responseTimeoutSeconds: 10 });
    const { run } = given(workflow, before);
    const events = step(run).map(({ event }) => event);
    const told1 = events.filter(({ type }) => type === 'StateChangePublished');
    expect(told1.map(({ data }) => data)).toEqual([{ taskId: run.idOf('a'), status, type: key, payload: {} }]);
    // Right behind the event that brought the status about.
    expect(events[events.indexOf(told1[0]!) - 1]).toMatchObject({ data: { taskId: run.idOf('a') } });
  });

  it('publishes each entry with its expressions resolved, after the change', () => {
    const workflow = aWorkflow().withTask(
      simple('a', {
        onStateChange: {
          onSuccess: [
            { type: 'first', payload: { status: '${a.status}', x: '${a.output.x}', key: '${workflow.secrets.KEY}' } },
            { type: 'second' },
          ],
        },
      }),
    );
    given(workflow, [start()])
      .when(complete('a', { x: 1 }))
      .then([
        'TaskCompleted a',
        [published, { type: 'first', payload: { status: 'COMPLETED', x: 1, key: '${workflow.secrets.KEY}' } }],
        [published, { type: 'second', payload: {} }],
        'WorkflowCompleted',
      ]);
  });

  it('tells of every attempt', () => {
    given(aWorkflow().withTask(simple('a', { ...told('onScheduled'), retryCount: 1 })), [start()])
      .when(fail('a'))
      .then(['TaskFailed a', 'RetryScheduled a', published]);
  });

  it('tells of tasks that the end of the workflow cancels', () => {
    const both = aWorkflow().withTask(
      task('FORK_JOIN', 'f', { forkTasks: [[simple('a', told('onCancelled'))], [simple('b')]] }),
      task('JOIN', 'j', { joinOn: ['a', 'b'] }),
    );
    const { run } = given(both, [start()]);
    const types = fail('b')(run).map(({ event }) => event.type);
    expect(types).toEqual(['TaskFailed', 'TaskCanceled', 'StateChangePublished', 'TaskCanceled', 'WorkflowFailed']);
  });

  it('tells of tasks that the engine works on itself', () => {
    given(aWorkflow().withTask(wait('a', {}, told('onStart'))))
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled a', [published, { status: 'IN_PROGRESS' }]]);
  });

  it('says nothing for a name that nobody knows', () => {
    given(aWorkflow().withTask(simple('a', told('onWhatever', 'completed-ish'))), [start()])
      .when(complete('a'))
      .then(['TaskCompleted a', 'WorkflowCompleted']);
  });

  it('a payload that is too much does not decide about the task', () => {
    const big = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, '${workflow.input.big}']));
    const workflow = aWorkflow().withTask(simple('a', { onStateChange: { onSuccess: [{ type: 't', payload: big }] } }));
    given(workflow, [start({ big: 'x'.repeat(200_000) })])
      .when(complete('a'))
      .then([
        'TaskCompleted a',
        [published, { payload: { 'dacapo.payload_error': expect.any(String) } }],
        'WorkflowCompleted',
      ]);
  });
});
