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
  childEnds,
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
const legacy = aWorkflow().withTask(
  task('FORK_JOIN_DYNAMIC', 'f', {
    dynamicForkJoinTasksParam: 'list',
    inputParameters: { list: '${workflow.input.list}' },
  }),
  join('j', []),
);
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

  describe('one task with many inputs', () => {
    it('makes a task for each, with its index', () => {
      given(over([{ x: 1 }, 'text', null], { forkTaskName: 'work' }), [start(), found('f', { work: {} })])
        .thenTask('_work_0', { taskType: 'work', input: { x: 1, __index: 0 } })
        .thenTask('_work_1', { input: { input: 'text', __index: 1 } })
        .thenTask('_work_2', { input: { input: null, __index: 2 } })
        .thenTask('j', { input: { joinOn: ['_work_0', '_work_1', '_work_2'] }, waitsFor: 3 });
    });

    it('is named after its fork, or after its type when the server does it', () => {
      given(over([1]), [start(), found('f')]).thenTask('_f_0', { taskType: 'f' });
      given(over([{ duration: '5s' }], { forkTaskType: 'WAIT' }), [start(), found('f')]).thenTask('_WAIT_0', {
        taskType: 'WAIT',
      });
      given(over([1], { forkTaskType: 'ROBOT' }), [start(), found('f', { f: {} })]).thenTask('_f_0', {
        queue: 'ROBOT',
      });
    });

    it('carries the name of its fork where another dynamic fork has run', () => {
      given(
        aWorkflow().withTask(
          forkOver('f', [1], { forkTaskName: 'w' }),
          join('j', []),
          forkOver('g', [1], { forkTaskName: 'w' }),
          join('k', []),
        ),
        [start(), found('f'), complete('_w_0')],
      )
        .when(found('g'))
        .then(['TaskDefsRecorded g', 'TaskCompleted g', 'TaskScheduled _g_w_0', 'TaskScheduled k']);
    });

    it('may be a workflow', () => {
      given(
        over([{ x: 1, taskToDomain: { '*': 'blue' } }], { forkTaskWorkflow: 'child', forkTaskWorkflowVersion: '3' }),
        [start()],
      )
        .when(found('f'))
        .then([
          'TaskDefsRecorded f',
          'TaskCompleted f',
          ['TaskScheduled _f_0', { taskType: 'SUB_WORKFLOW' }],
          [
            'TaskStarted _f_0',
            {
              child: { name: 'child', version: 3, taskToDomain: { '*': 'blue' }, input: { x: 1, __index: 0 } },
            },
          ],
          'TaskScheduled j',
        ])
        .when(childEnds('_f_0', 'COMPLETED', { y: 1 }))
        .then(['TaskCompleted _f_0', ['TaskCompleted j', { output: { _f_0: { y: 1 } } }], 'TaskScheduled z']);
    });

    it('copies that it is optional', () => {
      given(over([1, 2], { forkTaskName: 'w' }, { optional: true }), [start(), found('f'), fail('_w_0')])
        .when(complete('_w_1'))
        .then(['TaskCompleted _w_1', ['TaskCompleted j', { status: 'COMPLETED_WITH_ERRORS' }], 'TaskScheduled z']);
    });

    it('reads fields of a task out of an item, and leaves alone what only looks like one', () => {
      const item = { startDelay: 5, items: [1], name: 'Ann', retryCount: 2, joinOn: 'x' };
      const { run } = given(over([item], { forkTaskName: 'w' }), [start()]);
      expect(run.task('f').input['forkedTaskDefs']).toEqual([
        {
          name: 'w',
          taskReferenceName: '_w_0',
          type: 'SIMPLE',
          startDelay: 5,
          retryCount: 2,
          inputParameters: { ...item, __index: 0 },
        },
      ]);
    });

    it('comes before the list of tasks', () => {
      const both = dynamicFork('f', {
        inputParameters: { forkTaskInputs: '${workflow.input.many}', tasks: [known('a')], inputs: {} },
      });
      const workflow = aWorkflow().withTask(both, join('j', []));
      given(workflow, [start({ many: [1] }), found('f')]).thenTask('_f_0', { input: { input: 1, __index: 0 } });
      given(workflow, [start()]).thenTask('a', { status: 'SCHEDULED' });
    });

    it.each([['text'], [5], [{}], [undefined]])('ends the workflow when the list is %j', (many) => {
      const shown = many === undefined ? 'null' : typeof many === 'object' ? '{}' : String(many);
      given(over('${workflow.input.many}'))
        .when(start({ many }))
        .then(failed(`Input 'forkTaskInputs' is invalid. Expecting a list but found '${shown}'`));
    });

    it.each([['x'], ['1.5'], [-1], [[]]])('ends the workflow when the version is %j', (version) => {
      given(over([1], { forkTaskWorkflow: 'child', forkTaskWorkflowVersion: version }))
        .when(start())
        .then(
          failed(
            `Input 'forkTaskWorkflowVersion' is invalid. Expecting a version but found '${Array.isArray(version) ? '[]' : version}'`,
          ),
        );
    });
  });

  describe('the legacy list', () => {
    it('makes tasks and workflows', () => {
      const dynamicTasks = [
        { taskName: 'paint', referenceName: 'p', input: { x: 1 } },
        { workflowName: 'child', referenceName: 'c' },
        { taskName: 'nap', referenceName: 'n', type: 'WAIT' },
      ];
      given(legacy, [start({ list: { dynamicTasks } }), found('f')])
        .thenTask('p', { taskType: 'paint', input: { x: 1 } })
        .thenTask('c', { taskType: 'SUB_WORKFLOW', input: { subWorkflowName: 'child' } })
        .thenTask('n', { taskType: 'WAIT', taskDefName: 'nap' })
        .thenTask('j', { waitsFor: 3 });
    });

    it.each([[null], [{}], ['x'], [{ dynamicTasks: null }]])('ends the workflow when there is none in %j', (list) => {
      given(legacy)
        .when(start({ list }))
        .then([
          'WorkflowStarted',
          [
            'WorkflowFailed',
            {
              reason: expect.stringMatching(
                /^Dynamic tasks could not be created. The value of list from task's input \{list=.*\} has no dynamic tasks to be scheduled$/,
              ),
            },
          ],
        ]);
    });

    it.each([[{}], [[5]], [[{ taskName: 'x' }]]])('ends the workflow when the list is %j', (dynamicTasks) => {
      given(legacy)
        .when(start({ list: { dynamicTasks } }))
        .then([
          'WorkflowStarted',
          [
            'WorkflowFailed',
            {
              reason: expect.stringMatching(
                /^Input 'list' is invalid. Cannot deserialize a list of Workflow Tasks from '/,
              ),
            },
          ],
        ]);
    });
  });

  describe('what is no list of tasks ends the workflow', () => {
    it.each([
      ['x', 'x'],
      [{ a: 1 }, '{a=1}'],
      [undefined, 'null'],
      [[5], '[5]'],
      [[{ name: 'a' }], '[{name=a}]'],
      [[{ name: 'a', taskReferenceName: '' }], '[{name=a, taskReferenceName=}]'],
      [[{ name: 'a', taskReferenceName: 'constructor' }], '[{name=a, taskReferenceName=constructor}]'],
    ])('tasks %j', (tasks, shown) => {
      given(listed)
        .when(start({ tasks, inputs: {} }))
        .then(failed(`Input 'tasks' is invalid. Cannot deserialize a list of Workflow Tasks from '${shown}'`));
    });

    it.each([
      [[simple('a', { startDelay: -1 })], 'tasks[0].startDelay: must be greater than or equal to 0'],
      [[simple('a', { name: '' })], 'tasks[0].name: WorkflowTask name cannot be empty or null'],
      [
        [switchOn('s', 'x', { x: [join('k', ['nobody'])] })],
        'tasks[0].decisionCases[x][0].joinOn[0]: JOIN k waits for nobody, which is not a task of this workflow definition',
      ],
    ])('tasks %j, with the place', (tasks, fault) => {
      given(listed)
        .when(start({ tasks, inputs: {} }))
        .then(failed(`Input 'tasks' is invalid. ${fault}`));
    });

    it.each([
      [undefined, 'null'],
      [[1], '[1]'],
      [{ a: 'x' }, 'x'],
    ])('inputs %j', (inputs, shown) => {
      given(listed)
        .when(start({ tasks: [known('a')], inputs }))
        .then(
          failed(`Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found ${shown}`),
        );
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
      given(listed)
        .when(start({ tasks: range(2000).map((i) => known(`${long}${i}`)), inputs: {} }))
        .then([
          'WorkflowStarted',
          [
            'WorkflowFailed',
            {
              reason: expect.stringMatching(
                /^Dynamic fork f has reference names of \d+ characters, more than the permissible limit: 500000$/,
              ),
            },
          ],
        ]);
    });
  });

  it('I10 a late result of a branch has no effect', () => {
    given(listed, [start({ tasks: [known('a')], inputs: {} }), claim('a'), cancel('a')])
      .when(complete('a'))
      .thenRefused('TASK_ENDED');
  });
});
