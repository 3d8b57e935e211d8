import { aWorkflow, fork, join, setVariable, simple, terminate } from './testing/definitions.js';
import { Run } from './testing/run.js';
import { given } from './testing/specification.js';
import { claim, complete, parkPoll, start } from './testing/steps.js';

const schema = (data: object, more: object = {}): object => ({
  name: 'shape',
  version: 1,
  type: 'JSON',
  data,
  ...more,
});
const needsSum = schema({ required: ['sum'], properties: { sum: { type: 'number', minimum: 1 } } });

describe('the input schema of a workflow', () => {
  const workflow = aWorkflow('order').withTask(simple('a')).with({ inputSchema: needsSum });

  it('lets through what satisfies it', () => {
    given(workflow)
      .when(start({ sum: 2 }))
      .then(['WorkflowStarted', 'TaskScheduled a']);
  });

  it('refuses the start and says where', () => {
    const run = new Run(workflow.flow());
    const [record, ...more] = start({ sum: 0 })(run);
    expect(more).toEqual([]);
    expect(record?.event).toMatchObject({
      type: 'CommandRejected',
      seq: 0,
      data: {
        code: 'SCHEMA_VIOLATED',
        message: 'Input of workflow order.1 does not satisfy schema shape.1: sum must be at least 1',
      },
    });
    expect(run.state).toBeUndefined();
  });

  it('looks at the input with its defaults', () => {
    given(workflow.with({ inputTemplate: { sum: 3 } }))
      .when(start({ other: 1 }))
      .then(['WorkflowStarted', 'TaskScheduled a']);
  });

  it.each<[what: string, fields: object]>([
    ['enforceSchema is false', { inputSchema: needsSum, enforceSchema: false }],
    ['it is AVRO', { inputSchema: { ...needsSum, type: 'AVRO' } }],
    ['it is only named', { inputSchema: { name: 'shape', version: 1, type: 'JSON', externalRef: 'elsewhere' } }],
  ])('is not enforced when %s', (_what, fields) => {
    given(workflow.with(fields as never))
      .when(start({}))
      .then(['WorkflowStarted', 'TaskScheduled a']);
  });

  it('that cannot be used lets nothing through', () => {
    const broken = workflow.bent((definition) => ({
      ...definition,
      inputSchema: { name: 's', version: 1, type: 'JSON', data: { $ref: '#' }, createTime: 0, updateTime: 0 },
    }));
    expect(start({ sum: 2 })(new Run(broken.flow()))[0]?.event).toMatchObject({
      type: 'CommandRejected',
      data: { code: 'SCHEMA_VIOLATED', message: expect.stringContaining('the schema cannot be used') },
    });
  });
});

describe('the input schema of a task', () => {
  const enforced = { inputSchema: needsSum, enforceSchema: true };
  const task = simple('a', { inputParameters: { sum: '${workflow.input.sum}' } });
  const reason = 'Input of task a does not satisfy schema shape.1: sum must be of type number';

  it('fails it before anybody gets it, and for good', () => {
    given(
      aWorkflow()
        .withTask({ ...task, retryCount: 3 })
        .withTaskDef('a', enforced),
      [parkPoll('a')],
    )
      .when(start({ sum: 'x' }))
      .then([
        'WorkflowStarted',
        'TaskScheduled a',
        ['TaskFailed a', { status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion: reason }],
        ['WorkflowFailed', { failedReferenceTaskNames: ['a'] }],
      ]);
  });

  it('lets through what satisfies it', () => {
    given(aWorkflow().withTask(task).withTaskDef('a', enforced), [parkPoll('a')])
      .when(start({ sum: 1 }))
      .then(['WorkflowStarted', 'TaskScheduled a', 'TaskStarted a']);
  });

  it('is not enforced by default', () => {
    given(aWorkflow().withTask(task).withTaskDef('a', { inputSchema: needsSum }))
      .when(start({ sum: 'x' }))
      .then(['WorkflowStarted', 'TaskScheduled a']);
  });

  it('keeps the secrets of a definition out of the check: their names are what is stored', () => {
    const literal = simple('a', { inputParameters: { sum: '${workflow.secrets.SUM}' } });
    given(
      aWorkflow()
        .withTask(literal)
        .withTaskDef('a', { inputSchema: schema({ properties: { sum: { type: 'string' } } }), enforceSchema: true }),
    )
      .when(start())
      .then(['WorkflowStarted', ['TaskScheduled a', { input: { sum: '${workflow.secrets.SUM}' } }]]);
  });

  it('lets an optional task be forgiven, and the others go on', () => {
    given(
      aWorkflow()
        .withTask({ ...task, optional: true }, simple('b'))
        .withTaskDef('a', enforced),
    )
      .when(start({ sum: 'x' }))
      .then([
        'WorkflowStarted',
        'TaskScheduled a',
        ['TaskFailed a', { status: 'COMPLETED_WITH_ERRORS', reasonForIncompletion: reason }],
        'TaskScheduled b',
      ]);
  });

  it('stops an operator before it has an effect', () => {
    given(
      aWorkflow()
        .withTask(setVariable('a', { sum: 'x' }))
        .withTaskDef('a', enforced),
    )
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled a', 'TaskFailed a', 'WorkflowFailed'])
      .thenWorkflow({ variables: {} });
  });

  it('ends the other branches of a fork', () => {
    given(
      aWorkflow()
        .withTask(fork('f', [simple('b')], [task]), join('j', ['a', 'b']))
        .withTaskDef('a', enforced),
      [start({ sum: 'x' })],
    ).thenWorkflow({ status: 'FAILED', openCount: 0 });
  });
});

const missing: unknown = expect.stringContaining('sum is required');

describe('the output schema of a task', () => {
  const workflow = aWorkflow()
    .withTask(simple('a', { retryCount: 2 }), simple('b'))
    .withTaskDef('a', { outputSchema: needsSum, enforceSchema: true });

  it('turns a completion into a failure for good; what the worker gave is kept', () => {
    given(workflow, [start(), claim('a')])
      .when(complete('a', { sum: 0 }, { workerId: 'w9' }))
      .then([
        [
          'TaskFailed a',
          {
            status: 'FAILED_WITH_TERMINAL_ERROR',
            output: { sum: 0 },
            workerId: 'w9',
            reasonForIncompletion: 'Output of task a does not satisfy schema shape.1: sum must be at least 1',
          },
        ],
        'WorkflowFailed',
      ]);
  });

  it('lets through what satisfies it', () => {
    given(workflow, [start()])
      .when(complete('a', { sum: 1 }))
      .then(['TaskCompleted a', 'TaskScheduled b']);
  });

  it('looks at a result without output too', () => {
    given(workflow, [start()])
      .when(complete('a'))
      .then([['TaskFailed a', { reasonForIncompletion: missing }], 'WorkflowFailed']);
  });
});

describe('the output schema of a workflow', () => {
  const workflow = aWorkflow('order')
    .withTask(simple('a'))
    .with({ outputSchema: needsSum })
    .withOutput({ sum: '${a.output.sum}' });
  const reason = 'Output of workflow order.1 does not satisfy schema shape.1: sum must be of type number';

  it('fails the workflow; the output is kept, and the failure workflow runs', () => {
    given(workflow.with({ failureWorkflow: 'repair' }), [start()])
      .when(complete('a', { sum: 'x' }))
      .then([
        'TaskCompleted a',
        ['FailureWorkflowRequested', { name: 'repair' }],
        ['WorkflowFailed', { reason, output: { sum: 'x' } }],
      ]);
  });

  it('lets through what satisfies it', () => {
    given(workflow, [start()])
      .when(complete('a', { sum: 1 }))
      .then(['TaskCompleted a', ['WorkflowCompleted', { output: { sum: 1 } }]]);
  });

  it('holds for a TERMINATE that completes, and for none that fails', () => {
    const ending = (status: string): ReturnType<typeof aWorkflow> =>
      aWorkflow()
        .withTask(terminate('t', status, { workflowOutput: { sum: 'x' } }))
        .with({ outputSchema: needsSum });
    given(ending('COMPLETED'), [start()]).thenWorkflow({ status: 'FAILED' });
    given(ending('FAILED'), [start()]).thenWorkflow({
      status: 'FAILED',
      reason: expect.stringContaining('TERMINATE') as never,
    });
  });
});
