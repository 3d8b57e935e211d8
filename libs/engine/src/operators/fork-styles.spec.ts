import {
  aWorkflow,
  dynamicFork,
  type Fields,
  forkOver,
  join,
  simple,
  switchOn,
  task,
  type WorkflowBuilder,
} from '../testing/definitions.js';

import { given } from '../testing/specification.js';
import { childEnds, complete, fail, found, start } from '../testing/steps.js';

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

  it.each([
    ['text', 'text'],
    [5, '5'],
    [{}, '{}'],
    [undefined, 'null'],
  ])('ends the workflow when the list is %j', (many, shown) => {
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
      .then(failed(`Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found ${shown}`));
  });
});
