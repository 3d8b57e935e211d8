import { limits } from '../limits.js';
import {
  aWorkflow,
  dynamicFork,
  exclusiveJoin,
  type Fields,
  fork,
  forkOver,
  join,
  setVariable,
  simple,
  switchOn,
  task,
  type WorkflowBuilder,
} from '../testing/definitions.js';
import { workflowId } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  cancel,
  claim,
  complete,
  fail,
  found,
  parkPoll,
  pause,
  resume,
  retry,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const embedded = (name: string): Fields => ({ taskDefinition: { name, retryCount: 0 } });
const known = (reference: string, fields: Fields = {}): Fields =>
  simple(reference, { ...embedded(reference), ...fields });
const listed = aWorkflow().withTask(dynamicFork('f'), join('j', ['whatever']), simple('z'));
const over = (forkTaskInputs: unknown, input: Fields = {}, fields: Fields = {}): WorkflowBuilder =>
  aWorkflow().withTask(forkOver('f', forkTaskInputs, input, fields), join('j', []), simple('z'));
const failed = (reason: string) => ['WorkflowStarted', ['WorkflowFailed', { reason }]] as const;

describe('FORK_JOIN_DYNAMIC', () => {
  it('makes the branches of a list, and a JOIN that waits for them whatever it says', () => {
    given(listed)
      .when(start({ tasks: [known('a'), known('b')], inputs: { a: { x: 1 } } }))
      .then([
        'WorkflowStarted',
        ['TaskScheduled f', { taskType: 'FORK', taskDefName: 'FORK' }],
        ['TasksForked f', { from: 0, tasks: [{ taskReferenceName: 'a' }, { taskReferenceName: 'b' }] }],
        'TaskCompleted f',
        ['TaskScheduled a', { input: { x: 1 }, fork: 'f' }],
        ['TaskScheduled b', { input: {}, fork: 'f' }],
        ['TaskScheduled j', { input: { joinOn: ['a', 'b'] } }],
      ])
      .thenTask('f', { status: 'COMPLETED' })
      .when(complete('a', { n: 1 }))
      .then(['TaskCompleted a'])
      .when(complete('b'))
      .then(['TaskCompleted b', ['TaskCompleted j', { output: { a: { n: 1 } } }], 'TaskScheduled z']);
  });

  it('shows its input, the references and the tasks as their author gave them', () => {
    const tasks = [known('a', { inputParameters: { y: 2, x: 0 } })];
    const { run } = given(listed, [start({ tasks, inputs: { a: { x: 1 } } })]);
    expect(run.task('f').input).toEqual({
      tasks,
      inputs: { a: { x: 1 } },
      forkedTasks: ['a'],
      forkedTaskDefs: [{ ...tasks[0], inputParameters: { y: 2, x: 1 } }],
    });
    expect(run.task('f')).not.toHaveProperty('forkInput');
  });

  it('leaves the input of the JOIN as it is written', () => {
    given(aWorkflow().withTask(dynamicFork('f'), join('j', [], { inputParameters: { k: '${f.input}' } })))
      .when(start({ tasks: [], inputs: {} }))
      .then([
        'WorkflowStarted',
        'TaskScheduled f',
        'TasksForked f',
        'TaskCompleted f',
        ['TaskScheduled j', { input: { k: '${f.input}', joinOn: [] } }],
        'TaskCompleted j',
        'WorkflowCompleted',
      ]);
  });

  it('resolves what is in the input of a branch when it begins', () => {
    given(listed, [
      start({
        who: 'me',
        tasks: [known('a', { inputParameters: { to: '${workflow.input.who}' } })],
        inputs: { a: { by: '${f.taskType}' } },
      }),
    ]).thenTask('a', { input: { to: 'me', by: 'FORK' } });
  });

  describe('definitions', () => {
    const two = start({
      tasks: [simple('a', { retryCount: null }), simple('b', { name: 'a' }), known('c')],
      inputs: {},
    });

    it('are looked up by name, once each, where none is embedded, before anything begins', () => {
      given(listed, [parkPoll('a')])
        .when(two)
        .then(['WorkflowStarted', 'TaskScheduled f', 'TasksForked f', ['TaskDefsRequested f', { names: ['a'] }]])
        .when(found('f', { a: { retryCount: 1, retryDelaySeconds: 0, responseTimeoutSeconds: 9 } }))
        .then([
          'TaskDefsRecorded f',
          'TaskCompleted f',
          ['TaskScheduled a', { responseTimeoutSeconds: 9 }],
          'TaskStarted a',
          'TaskScheduled b',
          'TaskScheduled c',
          'TaskScheduled j',
        ])
        .when(fail('a'))
        .then(['TaskFailed a', 'RetryScheduled a'])
        .when(fail('b'))
        .then(['TaskFailed b', 'TaskCanceled c', 'TaskCanceled j', 'TaskCanceled a', 'WorkflowFailed']);
    });

    it('of SIMPLE tasks may be missing: they are not retried', () => {
      given(listed, [start({ tasks: [simple('a', { retryCount: null })], inputs: {} }), found('f')])
        .when(fail('a'))
        .then(['TaskFailed a', 'TaskCanceled j', 'WorkflowFailed']);
    });

    it('of a user’s own type may not', () => {
      given(listed, [start({ tasks: [task('ROBOT', 'a', { name: 'arm' })], inputs: {} })])
        .when(found('f'))
        .then([
          'TaskDefsRecorded f',
          'TaskCanceled f',
          [
            'WorkflowFailed',
            { reason: 'Invalid task specified. Cannot find task by name arm in the task definitions' },
          ],
        ]);
      given(listed, [
        start({ tasks: [task('ROBOT', 'a', { name: 'arm' })], inputs: {} }),
        found('f', { arm: {} }),
      ]).thenTask('a', { queue: 'ROBOT', taskDefName: 'arm' });
    });

    it('are looked up for tasks inside of branches too', () => {
      given(listed)
        .when(
          start({
            tasks: [{ ...switchOn('s', 'x', { x: [simple('in')] }), ...embedded('s') }],
            inputs: { s: { value: 'x' } },
          }),
        )
        .then(['WorkflowStarted', 'TaskScheduled f', 'TasksForked f', ['TaskDefsRequested f', { names: ['in'] }]])
        .when(found('f', { in: {} }))
        .then([
          'TaskDefsRecorded f',
          'TaskCompleted f',
          ['TaskScheduled s', { fork: 'f' }],
          'TaskCompleted s',
          ['TaskScheduled j', { input: { joinOn: ['s'] } }],
          'TaskCompleted j',
          ['TaskScheduled in', { fork: 'f' }],
          'TaskScheduled z',
        ]);
    });

    it('come in several answers when there are many', () => {
      const tasks = range(limits.taskDefsPerRequest + 1).map((i) => simple(`t${i}`));
      const { run } = given(listed, [start({ tasks, inputs: {} })]);
      expect(run.task('f').lookUps).toBe(2);
      found('f', { t0: {} })(run);
      expect(run.task('f').status).toBe('IN_PROGRESS');
      found('f', { t200: {} })(run);
      expect(run.task('f')).toMatchObject({ status: 'COMPLETED', taskDefs: { t0: {}, t200: {} } });
      expect(run.live.openCount).toBe(tasks.length + 1);
    });

    it('may come while the workflow is paused: the branches begin when it is resumed', () => {
      given(listed, [two, pause])
        .when(found('f', { a: {} }))
        .then(['TaskDefsRecorded f', 'TaskCompleted f'])
        .when(resume)
        .then(['WorkflowResumed', 'TaskScheduled a', 'TaskScheduled b', 'TaskScheduled c', 'TaskScheduled j']);
    });

    it('are looked up anew when the workflow had ended before they came', () => {
      given(listed, [two, terminateWorkflow()])
        .when(found('f', { a: {} }))
        .thenRefused('TASK_ENDED')
        .when(retry)
        .then(['WorkflowRetried', 'RetryScheduled f', 'TasksForked f', 'TaskDefsRequested f'])
        .when(found('f', { a: {} }))
        .then([
          'TaskDefsRecorded f',
          'TaskCompleted f',
          'TaskScheduled a',
          'TaskScheduled b',
          'TaskScheduled c',
          'TaskScheduled j',
        ]);
    });
  });

  it.each([
    ['twice in the list', [known('a'), known('a')], 'a/a', 'a'],
    ['inside of two branches', ['p', 'q'].map((p) => switchOn(p, 'x', { x: [known('in')] })), 'in/in', 'in'],
    ['of a task that has run', [known('first')], 'first/first', 'first'],
    ['of its own fork', [known('f')], 'f/f', 'f'],
    ['of the JOIN behind', [known('j')], 'j/j', 'j'],
  ])('a reference name %s ends the workflow', (_where, tasks, shown, reference) => {
    given(aWorkflow().withTask(simple('first'), dynamicFork('f'), join('j', [])), [start({ tasks, inputs: {} })])
      .when(complete('first'))
      .then([
        'TaskCompleted first',
        [
          'WorkflowFailed',
          {
            reason: `No dynamic tasks could be created for the Workflow: wf.1/${workflowId}, Dynamic Fork Task: ${shown} attempted to create a duplicate task reference name: ${reference}`,
          },
        ],
      ]);
  });

  it('without a JOIN behind it ends the workflow', () => {
    given(aWorkflow().withTask(dynamicFork('f'), simple('a')))
      .when(start({ tasks: [], inputs: {} }))
      .then(failed('Dynamic join definition is not followed by a join task.  Check the workflow definition.'));
  });

  it('of an empty list is through at once', () => {
    given(listed)
      .when(start({ tasks: [], inputs: {} }))
      .then([
        'WorkflowStarted',
        'TaskScheduled f',
        ['TasksForked f', { from: 0, tasks: [] }],
        'TaskCompleted f',
        'TaskScheduled j',
        'TaskCompleted j',
        'TaskScheduled z',
      ])
      .thenTask('f', { input: { tasks: [], inputs: {}, forkedTasks: [], forkedTaskDefs: [] } });
  });

  it('may hold forks of both kinds, each with its JOIN', () => {
    const inner = switchOn('s', 'x', {
      x: [
        fork('g', [known('a')], [known('b')]),
        join('k', ['a', 'b']),
        { ...forkOver('h', [1, 2], { forkTaskName: 'w', forkTaskType: 'SIMPLE' }), ...embedded('h') },
        join('l', []),
        exclusiveJoin('e', ['b']),
        setVariable('v', { last: '${l.output._h_w_1.n}' }),
      ].map((one) => ({ ...one, ...embedded('x') })),
    });
    given(listed, [
      start({ tasks: [{ ...inner, ...embedded('s') }, known('c')], inputs: { s: { value: 'x' } } }),
      complete('c'),
      complete('a'),
      complete('b'),
      found('h'),
      complete('_h_w_0'),
    ])
      .thenTask('_h_w_0', { fork: 'h' })
      .thenTask('h', { fork: 'f' })
      .when(complete('_h_w_1', { n: 9 }))
      .then([
        'TaskCompleted _h_w_1',
        'TaskCompleted l',
        'TaskScheduled e',
        'TaskCompleted e',
        'TaskScheduled v',
        'VariablesSet v',
        'TaskCompleted v',
      ])
      .thenWorkflow({ variables: { last: 9 } });
  });

  it('lets permissive branches fail, and fails at the end', () => {
    given(listed, [start({ tasks: [known('a', { permissive: true }), known('b')], inputs: {} }), fail('a', 'no')])
      .when(complete('b'))
      .then(['TaskCompleted b', ['TaskFailed j', { reasonForIncompletion: 'no' }], 'WorkflowFailed']);
  });

  it('I19 makes the branches that were still to come when the workflow ended, once it is retried', () => {
    const tasks = range(60).map((i) => known(`t${i}`));
    const { run } = given(listed, [start({ tasks, inputs: {} }), fail('t7'), retry]);
    expect(run.live).toMatchObject({ openCount: 61, deferred: [] });
    for (const i of range(60)) complete(`t${i}`)(run);
    expect(run.task('j').status).toBe('COMPLETED');
  });

  describe('bounds', () => {
    const many = (count: number, size: number) =>
      start({
        tasks: range(count).map((i) => known(`t${i}`)),
        inputs: Object.fromEntries(range(count).map((i) => [`t${i}`, { x: 'x'.repeat(size) }])),
      });

    it('a long list is recorded in several events, each of them short, in several decisions', () => {
      const { run } = given(listed, [many(60, 20_000)]);
      const parts = run.records.filter(({ event }) => event.type === 'TasksForked');
      expect(parts.length).toBeGreaterThan(10);
      expect(Math.max(...parts.map(({ text }) => text.length))).toBeLessThan(130_000);
      expect(run.live.openCount).toBe(61);
      expect(run.task('f').input['forkedTasks']).toEqual(range(60).map((i) => `t${i}`));
      const causes = new Set(parts.map(({ event }) => event.causation));
      expect(causes.size).toBeGreaterThan(1);
      run.auditWhole();
    });

    it('too many tasks end the workflow', () => {
      given(over('${workflow.input.many}'))
        .when(start({ many: range(50_000) }))
        .then(failed('Dynamic fork f has 50000 tasks, more than the permissible limit: 10000'));
    });

    it('too long names end the workflow', () => {
      const long = 'n'.repeat(250);
      const { run } = given(listed, [start({ tasks: range(2000).map((i) => known(`${long}${i}`)), inputs: {} })]);
      expect(run.live.reason).toBe(
        'Dynamic fork f has reference names of 506890 characters, more than the permissible limit: 500000',
      );
    });
  });

  it('I10 a late result of a branch has no effect', () => {
    given(listed, [start({ tasks: [known('a')], inputs: {} }), claim('a'), cancel('a')])
      .when(complete('a'))
      .thenRefused('TASK_ENDED');
  });
});
