// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, simple, task } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { claim, complete, fail, fireTimerAfter, progress, start } from '../testing/steps.js';

const event = (sink: string, fields = {}) =>
  aWorkflow('orders').withTask(
    task('EVENT', 'e', { sink, inputParameters: { a: '${workflow.input.a}' }, ...fields }),
    simple('z'),
  );
const options = { correlationId: 'c1', taskToDomain: { '*': 'blue' } };

describe('EVENT to the queue of the server', () => {
  it.each([
    ['conductor', 'conductor:orders:e'],
    ['conductor:x', 'conductor:orders:x'],
    ['conductor:${workflow.input.a}', 'conductor:orders:1'],
  ])('%s is published to %s', (sink, queue) => {
    const { run } = given(event(sink), [start({ a: 1 }, options)]);
    const published = run.records.map(({ event: it }) => it).find(({ type }) => type === 'EventPublished');
    expect(published?.data).toMatchObject({ sink: queue });
    expect(run.task('e').output['event_produced']).toBe(queue);
  });

  it('is an event of the workflow, and done', () => {
    given(event('conductor'))
      .when(start({ a: 1 }, options))
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled e',
          {
            taskType: 'EVENT',
            taskDefName: 'e',
            status: 'IN_PROGRESS',
            input: { a: 1, sink: 'conductor', asyncComplete: false },
          },
        ],
        [
          'EventPublished e',
          (run) => ({
            sink: 'conductor:orders:e',
            message: {
              a: 1,
              sink: 'conductor',
              asyncComplete: false,
              workflowInstanceId: run.live.workflowId,
              workflowType: 'orders',
              workflowVersion: 1,
              correlationId: 'c1',
              taskToDomain: { '*': 'blue' },
              event_produced: 'conductor:orders:e',
            },
          }),
        ],
        ['TaskCompleted e', { output: { event_produced: 'conductor:orders:e', a: 1, workflowType: 'orders' } }],
        'TaskScheduled z',
      ]);
  });

  it('shows what it does not know', () => {
    const { run } = given(event('conductor'), [start()]);
    expect(run.task('e').output).toMatchObject({ correlationId: null, taskToDomain: {} });
  });

  it.each([
    ['the task says so', { asyncComplete: true }],
    ['its input says so', { inputParameters: { asyncComplete: true } }],
  ])('stays open after it was published when %s', (_what, fields) => {
    given(event('conductor', fields))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled e',
        'EventPublished e',
        ['TaskProgressed e', { status: 'IN_PROGRESS', output: { event_produced: 'conductor:orders:e' } }],
      ])
      .when(complete('e', { by: 'hand' }))
      .then(['TaskCompleted e', 'TaskScheduled z']);
  });

  it('is done at once when its input overrides the task', () => {
    const fields = { asyncComplete: true, inputParameters: { asyncComplete: false } };
    const { run } = given(event('conductor', fields), [start()]);
    expect(run.task('e').status).toBe('COMPLETED');
  });

  it.each([
    ['conductor-x', 'conductor-x'],
    ['conductors', 'conductors'],
    ['${workflow.input.none}', 'null'],
  ])('fails for the sink %s', (sink, said) => {
    given(event(sink))
      .when(start())
      .then([
        'WorkflowStarted',
        'TaskScheduled e',
        ['TaskFailed e', { status: 'FAILED', reasonForIncompletion: `Invalid / Unsupported sink specified: ${said}` }],
        'WorkflowFailed',
      ]);
  });

  it('is retried by its definition, after the delay', () => {
    const workflow = event('conductor-x').withTaskDef('e', { retryCount: 1, retryDelaySeconds: 5 });
    given(workflow, [start()])
      .thenTask('e', { status: 'IN_PROGRESS', retryCount: 1 })
      .when(fireTimerAfter(5))
      .then(['TimerFired start e', 'TaskFailed e', 'WorkflowFailed']);
  });

  it('does not take what the template of its definition says', () => {
    const workflow = event('conductor').withTaskDef('e', { inputTemplate: { b: 1 } });
    expect(given(workflow, [start()]).run.task('e').input).not.toHaveProperty('b');
  });
});

describe('EVENT to another provider', () => {
  it('waits for the executor, in no domain, with all that is to be published', () => {
    given(event('kafka:${workflow.input.a}'))
      .when(start({ a: 1 }, options))
      .then([
        'WorkflowStarted',
        [
          'TaskScheduled e',
          (run) => ({
            taskType: 'EVENT',
            queue: 'EVENT',
            taskDefName: 'e',
            input: {
              a: 1,
              sink: 'kafka:1',
              asyncComplete: false,
              workflowInstanceId: run.live.workflowId,
              workflowType: 'orders',
              workflowVersion: 1,
              correlationId: 'c1',
              taskToDomain: { '*': 'blue' },
              event_produced: 'kafka:1',
            },
          }),
        ],
      ])
      .thenTask('e', { status: 'SCHEDULED', ready: true })
      .when(claim('e'), complete('e', { event_produced: 'kafka:1' }))
      .then(['TaskStarted e', 'TaskCompleted e', 'TaskScheduled z']);
    expect(given(event('kafka:x'), [start({}, options)]).run.task('e')).not.toHaveProperty('domain');
  });

  it('stays open when the executor says that somebody else will end it', () => {
    given(event('kafka:x', { asyncComplete: true }), [start(), claim('e')])
      .when(progress('e', { output: { event_produced: 'kafka:x' } }))
      .then([['TaskProgressed e', { status: 'IN_PROGRESS' }]])
      .when(fail('e', 'no answer'))
      .then(['TaskFailed e', 'WorkflowFailed']);
  });
});
