/** Forks, joins, loops, sub-workflows, and one in another. */
import {
  byHand,
  doomed,
  echo,
  flaky,
  fork,
  is,
  join,
  line,
  match,
  ok,
  same,
  setVariable,
  subWorkflow,
  switchOn,
  task,
  taskOf,
  wait,
} from './kit.mjs';

const loop = (reference, condition, body, fields = {}) =>
  task('DO_WHILE', reference, { loopCondition: condition, loopOver: body, ...fields });
const forkJoinDynamic = (reference, inputParameters, fields = {}) =>
  task('FORK_JOIN_DYNAMIC', reference, { inputParameters, ...fields });

export const structures = {
  'FORK_JOIN waits for what is joined': async (s) => {
    const workflow = await s.ended(
      await s.run([fork('f', [echo('a', { n: 1 })], [echo('b', { n: 2 })]), join('j', ['a', 'b']), echo('z')]),
    );
    same(taskOf(workflow, 'j').outputData, { a: { n: 1 }, b: { n: 2 } });
    is(workflow.tasks[0].taskType, 'FORK');
  },
  'nested forks': async (s) => {
    const inner = [fork('f2', [echo('b', { n: 2 })], [echo('c')]), join('j2', ['b', 'c'])];
    const workflow = await s.ended(
      await s.run([fork('f1', [echo('a', { n: 1 })], inner), join('j1', ['a', 'j2']), echo('z')]),
    );
    is(taskOf(workflow, 'z').status, 'COMPLETED');
    same(Object.keys(taskOf(workflow, 'j1').outputData).toSorted(), ['a', 'j2']);
  },
  'a failed branch ends the workflow and cancels the others': async (s) => {
    const id = await s.run([fork('f', [doomed('d')], [byHand('b')]), join('j', ['d', 'b'])]);
    const workflow = await s.ended(id, 'FAILED');
    is(taskOf(workflow, 'b').status, 'CANCELED');
    same(workflow.failedReferenceTaskNames, ['d']);
  },
  'an optional branch that fails: the JOIN completes with errors': async (s) => {
    const workflow = await s.ended(
      await s.run([fork('f', [doomed('d', { optional: true })], [echo('b')]), join('j', ['d', 'b'])]),
    );
    is(taskOf(workflow, 'j').status, 'COMPLETED_WITH_ERRORS');
  },
  'a SWITCH in a fork, joined by its last task': async (s) => {
    const branch = [switchOn('s', 'x', { x: [echo('a')] }), echo('b')];
    is((await s.ended(await s.run([fork('f', branch, [echo('c')]), join('j', ['b', 'c'])]))).status, 'COMPLETED');
  },
  'EXCLUSIVE_JOIN takes the branch that ran': async (s) => {
    const tasks = [
      switchOn('s', 'x', { x: [echo('a', { n: 1 })], y: [echo('b')] }),
      task('EXCLUSIVE_JOIN', 'j', { joinOn: ['a', 'b'] }),
    ];
    same(taskOf(await s.ended(await s.run(tasks)), 'j').outputData, { n: 1 });
  },
  'FORK_JOIN_DYNAMIC over a list of tasks': async (s) => {
    const tasks = [
      forkJoinDynamic(
        'f',
        { tasks: '${workflow.input.tasks}', inputs: '${workflow.input.inputs}' },
        { dynamicForkTasksParam: 'tasks', dynamicForkTasksInputParamName: 'inputs' },
      ),
      join('j', []),
      echo('z'),
    ];
    const input = { tasks: [echo('x'), echo('y')], inputs: { x: { n: 1 }, y: { n: 2 } } };
    same(taskOf(await s.ended(await s.run(tasks, input)), 'j').outputData, { x: { n: 1 }, y: { n: 2 } });
  },
  'FORK_JOIN_DYNAMIC of one task over many inputs': async (s) => {
    const tasks = [
      forkJoinDynamic('f', { forkTaskName: 'echo', forkTaskInputs: '${workflow.input.list}' }),
      join('j', []),
    ];
    const workflow = await s.ended(await s.run(tasks, { list: [{ n: 1 }, 'two'] }));
    same(taskOf(workflow, 'j').outputData, { _echo_0: { n: 1, __index: 0 }, _echo_1: { input: 'two', __index: 1 } });
  },
  'FORK_JOIN_DYNAMIC of one sub-workflow over many inputs': async (s) => {
    const child = await s.define(
      [echo('c', { n: '${workflow.input.n}' })],
      { outputParameters: { n: '${c.output.n}' } },
      ' child',
    );
    const tasks = [
      forkJoinDynamic('f', { forkTaskWorkflow: child, forkTaskInputs: [{ n: 1 }, { n: 2 }] }),
      join('j', []),
    ];
    const workflow = await s.ended(await s.run(tasks));
    same(
      Object.values(taskOf(workflow, 'j').outputData).map(({ n }) => n),
      [1, 2],
    );
  },
  'FORK_JOIN_DYNAMIC of nothing': async (s) => {
    const tasks = [forkJoinDynamic('f', { forkTaskName: 'echo', forkTaskInputs: [] }), join('j', []), echo('z')];
    is(taskOf(await s.ended(await s.run(tasks)), 'z').status, 'COMPLETED');
  },
  'FORK_JOIN_DYNAMIC with input that is no list of tasks': async (s) => {
    const tasks = [
      forkJoinDynamic(
        'f',
        { tasks: 5, inputs: {} },
        { dynamicForkTasksParam: 'tasks', dynamicForkTasksInputParamName: 'inputs' },
      ),
      join('j', []),
    ];
    match(
      (await s.ended(await s.run(tasks), 'FAILED')).reasonForIncompletion,
      /Input 'tasks' is invalid\. Cannot deserialize a list of Workflow Tasks from '5'/,
    );
  },
  'DO_WHILE runs while its condition holds': async (s) => {
    const workflow = await s.ended(
      await s.run(
        [
          loop('l', "$.l['iteration'] < $.times", [echo('a', { turn: '${l.output.iteration}' })], {
            inputParameters: { times: '${workflow.input.times}' },
          }),
        ],
        { times: 3 },
      ),
    );
    same(
      workflow.tasks.map(({ referenceTaskName }) => referenceTaskName),
      ['l', 'a__1', 'a__2', 'a__3'],
    );
    const { outputData } = workflow.tasks[0];
    is(outputData.iteration, 3);
    same(Object.keys(outputData).toSorted(), ['1', '2', '3', 'iteration']);
    is(workflow.tasks[2].iteration, 2);
  },
  'DO_WHILE decides by the output of its tasks, in the sandbox too': async (s) => {
    const condition = "['x', 'y'].includes($.a.n) || $.a.n < 2";
    const workflow = await s.ended(await s.run([loop('l', condition, [echo('a', { n: '${l.output.iteration}' })])]));
    ok(workflow.tasks.length >= 2);
  },
  'DO_WHILE over items': async (s) => {
    const workflow = await s.ended(
      await s.run(
        [
          loop('l', 'true', [echo('a', { item: '${l.output.loopItem}', at: '${l.output.loopIndex}' })], {
            items: '${workflow.input.list}',
          }),
        ],
        { list: ['p', 'q'] },
      ),
    );
    same(
      workflow.tasks.slice(1).map(({ inputData }) => inputData),
      [
        { item: 'p', at: 0 },
        { item: 'q', at: 1 },
      ],
    );
  },
  'DO_WHILE over no items': async (s) => {
    const workflow = await s.ended(
      await s.run([loop('l', 'true', [echo('a')], { items: '${workflow.input.list}' }), echo('z')], { list: [] }),
    );
    same(taskOf(workflow, 'l').outputData.iteration, 0);
    is(taskOf(workflow, 'z').status, 'COMPLETED');
  },
  'DO_WHILE keeps the last turns only': async (s) => {
    const workflow = await s.ended(
      await s.run([
        loop('l', "$.l['iteration'] < 5", [setVariable('v', { n: 1 })], { inputParameters: { keepLastN: 2 } }),
      ]),
    );
    const kept = workflow.tasks.map(({ referenceTaskName }) => referenceTaskName);
    ok(!kept.includes('v__1') && kept.includes('v__5'), kept.join());
  },
  'DO_WHILE in DO_WHILE': async (s) => {
    const inner = loop('m', "$.m['iteration'] < 2", [echo('a')]);
    const workflow = await s.ended(await s.run([loop('l', "$.l['iteration'] < 2", [inner])]));
    same(
      workflow.tasks.map(({ referenceTaskName }) => referenceTaskName),
      ['l', 'm__1', 'a__1__1', 'a__1__2', 'm__2', 'a__2__1', 'a__2__2'],
    );
  },
  'DO_WHILE with a fork inside': async (s) => {
    const body = [fork('f', [echo('a')], [echo('b')]), join('j', ['a', 'b'])];
    const workflow = await s.ended(await s.run([loop('l', "$.l['iteration'] < 2", body)]));
    same(Object.keys(taskOf(workflow, 'j__2').outputData).length, 0);
    is(taskOf(workflow, 'b__2').status, 'COMPLETED');
  },
  'DO_WHILE whose body fails': async (s) => {
    const workflow = await s.ended(await s.run([loop('l', 'true', [doomed('d')])]), 'FAILED');
    is(line(workflow), 'l FAILED, d__1 FAILED_WITH_TERMINAL_ERROR');
  },
  'DO_WHILE whose body is flaky': async (s) => {
    const workflow = await s.ended(await s.run([loop('l', "$.l['iteration'] < 2", [flaky('x', 1)])]));
    same(
      workflow.tasks.slice(1).map(({ status }) => status),
      ['FAILED', 'COMPLETED', 'FAILED', 'COMPLETED'],
    );
  },
  'FOR_EACH works its items beside each other': async (s) => {
    const each = task('FOR_EACH', 'e', {
      items: '${workflow.input.list}',
      loopOver: [echo('a', { item: '${e.output.loopItem}' })],
      inputParameters: { concurrency: 2, _items: '${workflow.input.list}' },
    });
    const workflow = await s.ended(await s.run([each, echo('z')], { list: [10, 20, 30] }));
    same(
      workflow.tasks
        .filter(({ referenceTaskName }) => referenceTaskName.startsWith('a__'))
        .map(({ outputData }) => outputData.item)
        .toSorted((a, b) => a - b),
      [10, 20, 30],
    );
  },
  'FOR_EACH is not wider than its bound': async (s) => {
    const each = task('FOR_EACH', 'e', {
      loopOver: [byHand('a')],
      inputParameters: { concurrency: 2, _items: [1, 2, 3] },
    });
    const id = await s.run([each]);
    const open = (await s.reached(id, 'a__2', 'SCHEDULED')).tasks.map(({ referenceTaskName }) => referenceTaskName);
    same(open, ['e', 'a__1', 'a__2']);
    for (const n of [2, 1, 3]) await s.end(id, `a__${n}`);
    await s.ended(id);
  },
  'SUB_WORKFLOW hands input down and output up': async (s) => {
    const child = await s.define(
      [echo('c', { n: '${workflow.input.n}' })],
      { outputParameters: { twice: '${c.output.n}' } },
      ' child',
    );
    const workflow = await s.ended(await s.run([subWorkflow('s', child, { n: 4 })]));
    const { outputData, subWorkflowId } = workflow.tasks[0];
    is(outputData.twice, 4);
    is(outputData.subWorkflowId, subWorkflowId);
    is((await s.read(subWorkflowId)).parentWorkflowId, workflow.workflowId);
  },
  'SUB_WORKFLOW with a definition of its own': async (s) => {
    const definition = {
      name: 'inline_child',
      version: 1,
      schemaVersion: 2,
      tasks: [echo('c', { n: '${workflow.input.n}' })],
    };
    const workflow = await s.ended(
      await s.run([
        task('SUB_WORKFLOW', 's', {
          inputParameters: { n: 1 },
          subWorkflowParam: { name: 'inline_child', workflowDefinition: definition },
        }),
      ]),
    );
    is(workflow.tasks[0].outputData.n, 1);
  },
  'SUB_WORKFLOW that fails fails its parent, with its reason': async (s) => {
    const child = await s.define([doomed('d')], {}, ' child');
    const workflow = await s.ended(await s.run([subWorkflow('s', child)]), 'FAILED');
    match(
      workflow.tasks[0].reasonForIncompletion,
      new RegExp(`^Sub workflow ${child}\\.1/\\S+ failure reason: Task \\S+ failed with status: FAILED`),
    );
  },
  'SUB_WORKFLOW of a name that nobody knows': async (s) => {
    const workflow = await s.ended(await s.run([subWorkflow('s', 'nobody_knows_it')]), 'FAILED');
    match(workflow.reasonForIncompletion, /nobody_knows_it/);
  },
  'START_WORKFLOW does not wait': async (s) => {
    const other = await s.define([wait('w')], {}, ' other');
    const workflow = await s.ended(
      await s.run([
        task('START_WORKFLOW', 's', {
          inputParameters: { startWorkflow: { name: other, version: 1, input: { n: 1 } } },
        }),
      ]),
    );
    const { workflowId } = workflow.tasks[0].outputData;
    const started = await s.read(workflowId);
    is(started.status, 'RUNNING');
    same(started.input, { n: 1 });
    await s.workflows.terminate(workflowId, 'seen');
  },
};
