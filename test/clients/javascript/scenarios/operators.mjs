/** Each operator by itself. */
import {
  byHand,
  doomed,
  echo,
  flaky,
  is,
  line,
  match,
  ok,
  same,
  setVariable,
  switchOn,
  task,
  taskOf,
  terminate,
  wait,
} from './kit.mjs';

export const operators = {
  'SIMPLE hands its input to the worker and its output on': async (s) => {
    const id = await s.run([echo('a', { n: '${workflow.input.n}' }), echo('b', { n: '${a.output.n}' })], { n: 7 });
    const { tasks } = await s.ended(id);
    same(tasks[1].outputData, { n: 7 });
  },
  'outputParameters make the output of the workflow': async (s) => {
    const outputParameters = {
      sum: '${a.output.n}',
      text: 'n is ${a.output.n}',
      map: '${a.output}',
      missing: '${a.output.x}',
    };
    const id = await s.run([echo('a', { n: 3 })], {}, { outputParameters });
    same((await s.ended(id)).output, { sum: 3, text: 'n is 3', map: { n: 3 }, missing: null });
  },
  'expressions keep types, escape, and print maps as Java does': async (s) => {
    const inputParameters = {
      whole: '${workflow.input.list}',
      text: '${workflow.input.map}',
      escaped: '$${x}',
      wild: '${workflow.input.none[*].a}',
    };
    const id = await s.run([echo('a', { ...inputParameters, text: 'is ${workflow.input.map}' })], {
      list: [1, 2],
      map: { a: 1 },
    });
    same((await s.ended(id)).tasks[0].inputData, { whole: [1, 2], text: 'is {a=1}', escaped: '${x}', wild: [] });
  },
  'SWITCH by value': async (s) => {
    const id = await s.run([switchOn('s', '${workflow.input.v}', { x: [echo('a')], y: [echo('b')] }), echo('z')], {
      v: 'y',
    });
    is(line(await s.ended(id)), 's COMPLETED, b COMPLETED, z COMPLETED');
  },
  'SWITCH falls to its default, and an empty case runs nothing': async (s) => {
    const tasks = [switchOn('s', '${workflow.input.v}', { x: [] }, { defaultCase: [echo('d')] })];
    const name = await s.define(tasks);
    is(line(await s.ended(await s.start(name, { v: 'other' }))), 's COMPLETED, d COMPLETED');
    is(line(await s.ended(await s.start(name, { v: 'x' }))), 's COMPLETED');
  },
  'SWITCH by a common script': async (s) => {
    const script = "$.n > 10 ? 'big' : 'small'";
    const fields = { evaluatorType: 'javascript', expression: script, inputParameters: { n: '${workflow.input.n}' } };
    const id = await s.run(
      [task('SWITCH', 's', { ...fields, decisionCases: { big: [echo('a')], small: [echo('b')] } })],
      { n: 11 },
    );
    is(line(await s.ended(id)), 's COMPLETED, a COMPLETED');
  },
  'SWITCH by a script for the sandbox': async (s) => {
    const script =
      "(function () { const [first] = $.list.filter((x) => x % 2 === 0).sort(); return first === 4 ? 'four' : 'no'; })()";
    const fields = { evaluatorType: 'javascript', expression: script, inputParameters: { list: [7, 4, 6] } };
    const id = await s.run([task('SWITCH', 's', { ...fields, decisionCases: { four: [echo('a')] } })]);
    is(line(await s.ended(id)), 's COMPLETED, a COMPLETED');
  },
  'DECISION by parameter runs its default for an empty case': async (s) => {
    const fields = {
      caseValueParam: 'v',
      inputParameters: { v: 'x' },
      decisionCases: { x: [] },
      defaultCase: [echo('d')],
    };
    const id = await s.run([task('DECISION', 's', fields)]);
    const workflow = await s.ended(id);
    is(line(workflow), 's COMPLETED, d COMPLETED');
    same(workflow.tasks[0].outputData.caseOutput, ['x']);
  },
  'DECISION by script': async (s) => {
    const fields = {
      caseExpression: "$.n == 1 ? 'one' : 'more'",
      inputParameters: { n: 1 },
      decisionCases: { one: [echo('a')] },
    };
    is(line(await s.ended(await s.run([task('DECISION', 's', fields)]))), 's COMPLETED, a COMPLETED');
  },
  'SET_VARIABLE is seen by what follows': async (s) => {
    const id = await s.run(
      [setVariable('v', { stage: '${workflow.input.x}' }), echo('a', { stage: '${workflow.variables.stage}' })],
      { x: 'two' },
    );
    const workflow = await s.ended(id);
    same(workflow.variables, { stage: 'two' });
    same(taskOf(workflow, 'a').inputData, { stage: 'two' });
  },
  'WAIT for a duration is never early': async (s) => {
    const id = await s.run([wait('w', { duration: '1 seconds' })]);
    const [w] = (await s.ended(id)).tasks;
    ok(w.endTime - w.startTime >= 1000 && w.endTime - w.startTime < 3000, String(w.endTime - w.startTime));
  },
  'WAIT until a past time is over at once': async (s) => {
    const name = await s.define([wait('w', { until: '${workflow.input.until}' })]);
    await s.ended(await s.start(name, { until: '2020-01-01 10:00' }));
    const bad = await s.ended(await s.start(name, { until: 'soon' }), 'FAILED');
    is(bad.tasks[0].status, 'FAILED_WITH_TERMINAL_ERROR');
    match(bad.reasonForIncompletion, /Invalid\/Unsupported Wait Until format. {2}Provided: soon/);
  },
  'WAIT for a duration that is none': async (s) => {
    const id = await s.run([wait('w', { duration: '${workflow.input.duration}' })], { duration: 'a while' });
    is((await s.ended(id, 'FAILED')).tasks[0].status, 'FAILED_WITH_TERMINAL_ERROR');
  },
  'WAIT is ended by a signal': async (s) => {
    const id = await s.run([wait('w'), echo('z')]);
    await s.reached(id, 'w', 'IN_PROGRESS');
    await s.workflows.signalAsync(id, 'COMPLETED', { from: 'outside' });
    is(line(await s.ended(id)), 'w COMPLETED, z COMPLETED');
  },
  'HUMAN waits for somebody, and a signal is not for it': async (s) => {
    const id = await s.run([task('HUMAN', 'h', { inputParameters: { form: 'f' } }), echo('z')]);
    await s.reached(id, 'h', 'IN_PROGRESS');
    await s.end(id, 'h', 'COMPLETED', { approved: true });
    same(taskOf(await s.ended(id), 'h').outputData, { approved: true });
  },
  'NOOP does nothing': async (s) =>
    is(line(await s.ended(await s.run([task('NOOP', 'n'), echo('z')]))), 'n COMPLETED, z COMPLETED'),
  'TERMINATE ends the workflow with its own output': async (s) => {
    const id = await s.run(
      [terminate('t', 'COMPLETED', { workflowOutput: { early: true }, terminationReason: 'enough' }), echo('z')],
      {},
      { outputParameters: { late: 1 } },
    );
    const workflow = await s.ended(id);
    same(workflow.output, { early: true });
    is(workflow.reasonForIncompletion, 'enough');
  },
  'TERMINATE with FAILED starts the failure workflow': async (s) => {
    const cleanup = await s.define(
      [echo('c', { why: '${workflow.input.reason}', of: '${workflow.input.workflowId}' })],
      {},
      ' cleanup',
    );
    const name = await s.define([terminate('t', 'FAILED', { terminationReason: 'broken' })], {
      failureWorkflow: cleanup,
    });
    const id = await s.start(name, { order: 5 });
    const failed = await s.ended(id, 'FAILED');
    const other = failed.output['conductor.failure_workflow'];
    ok(other);
    const workflow = await s.ended(other);
    same(workflow.tasks[0].inputData, { why: 'broken', of: id });
    is(workflow.input.order, 5);
    is(workflow.input.failureStatus, 'FAILED');
  },
  'INLINE by a common script and by the sandbox': async (s) => {
    const inline = (reference, expression) =>
      task('INLINE', reference, { inputParameters: { evaluatorType: 'javascript', expression, list: [3, 1, 2] } });
    const id = await s.run([
      inline('a', '$.list.length + 1'),
      inline('b', '$.list.map((x) => x * 2)'),
      inline('c', '(function () { return { sum: $.list[0] + $.list[1] }; })()'),
    ]);
    same(
      (await s.ended(id)).tasks.map(({ outputData }) => outputData.result),
      [4, [6, 2, 4], { sum: 4 }],
    );
  },
  'INLINE that throws, and one that never ends': async (s) => {
    const inline = (expression) =>
      task('INLINE', 'i', { inputParameters: { evaluatorType: 'javascript', expression } });
    const name = await s.define([inline('throw new Error("no")')]);
    const thrown = await s.ended(await s.start(name), 'FAILED');
    is(thrown.tasks[0].status, 'FAILED_WITH_TERMINAL_ERROR');
    match(thrown.tasks[0].reasonForIncompletion, /no/);
    const endless = await s.define([inline('while (true) {}')], {}, ' endless');
    match(
      (await s.ended(await s.start(endless), 'FAILED')).tasks[0].reasonForIncompletion,
      /Script not evaluated within 4 seconds, interrupted\./,
    );
  },
  'LAMBDA is the body of a function': async (s) => {
    const fields = {
      inputParameters: {
        n: 2,
        scriptExpression: 'if ($.n > 1) { return { big: true }; } else { return { big: false }; }',
      },
    };
    same((await s.ended(await s.run([task('LAMBDA', 'l', fields)]))).tasks[0].outputData, { result: { big: true } });
  },
  JSON_JQ_TRANSFORM: async (s) => {
    const fields = { inputParameters: { items: [{ n: 1 }, { n: 2 }], queryExpression: '[.items[].n] | add' } };
    same((await s.ended(await s.run([task('JSON_JQ_TRANSFORM', 'j', fields)]))).tasks[0].outputData, {
      result: 3,
      resultList: [3],
    });
  },
  'JSON_JQ_TRANSFORM with a query that is none': async (s) => {
    const fields = { inputParameters: { queryExpression: '.a |' } };
    const workflow = await s.ended(await s.run([task('JSON_JQ_TRANSFORM', 'j', fields)]), 'FAILED');
    ok(workflow.tasks[0].outputData.error);
  },
  'DYNAMIC becomes a task of the name it is given': async (s) => {
    const fields = { dynamicTaskNameParam: 'which', inputParameters: { which: '${workflow.input.which}', n: 5 } };
    const id = await s.run([task('DYNAMIC', 'd', fields)], { which: 'echo' });
    const [d] = (await s.ended(id)).tasks;
    is(d.taskType, 'echo');
    same(d.outputData, { which: 'echo', n: 5 });
  },
  'DYNAMIC without a name ends the workflow': async (s) => {
    const fields = { dynamicTaskNameParam: 'which', inputParameters: { which: '${workflow.input.which}' } };
    match(
      (await s.ended(await s.run([task('DYNAMIC', 'd', fields)]), 'FAILED')).reasonForIncompletion,
      /Cannot map a dynamic task based on the parameter and input\. Parameter= which/,
    );
  },
  'EVENT to the queue of the server': async (s) => {
    const id = await s.run([task('EVENT', 'e', { sink: 'conductor', inputParameters: { n: 1 } })]);
    const workflow = await s.ended(id);
    is(workflow.tasks[0].outputData.event_produced, `conductor:${workflow.workflowName}:e`);
    is(workflow.tasks[0].outputData.n, 1);
  },
  'EVENT to nowhere fails': async (s) => {
    const workflow = await s.ended(await s.run([task('EVENT', 'e', { sink: 'conductors' })]), 'FAILED');
    match(workflow.tasks[0].reasonForIncompletion, /Invalid \/ Unsupported sink specified: conductors/);
  },
  'retries: a flaky worker succeeds at last': async (s) => {
    const workflow = await s.ended(await s.run([flaky('f', 2)]));
    same(
      workflow.tasks.map(({ status, retryCount }) => [status, retryCount]),
      [
        ['FAILED', 0],
        ['FAILED', 1],
        ['COMPLETED', 2],
      ],
    );
    is(workflow.tasks[1].retriedTaskId, workflow.tasks[0].taskId);
  },
  'an optional task that fails does not stop the workflow': async (s) => {
    is(
      line(await s.ended(await s.run([doomed('d', { optional: true }), echo('z')]))),
      'd COMPLETED_WITH_ERRORS, z COMPLETED',
    );
  },
  'a permissive task that fails lets the others finish': async (s) => {
    is(
      line(await s.ended(await s.run([doomed('d', { permissive: true }), echo('z')]), 'FAILED')),
      'd FAILED_WITH_TERMINAL_ERROR, z COMPLETED',
    );
  },
  'TRY catches what fails in it, and always runs finally': async (s) => {
    const tasks = [
      task('TRY', 't', {
        decisionCases: {
          try: [echo('a'), doomed('d'), echo('never')],
          catch: [echo('c', { why: '${t.output.error.reason}' })],
          finally: [echo('f')],
        },
      }),
      echo('z'),
    ];
    const workflow = await s.ended(await s.run(tasks));
    is(line(workflow), 't COMPLETED, a COMPLETED, d FAILED_WITH_TERMINAL_ERROR, c COMPLETED, f COMPLETED, z COMPLETED');
    same(taskOf(workflow, 'c').inputData, { why: 'doomed' });
  },
  'TRY without catch fails after finally': async (s) => {
    const tasks = [task('TRY', 't', { decisionCases: { try: [doomed('d')], finally: [echo('f')] } }), echo('z')];
    is(line(await s.ended(await s.run(tasks), 'FAILED')), 't FAILED, d FAILED_WITH_TERMINAL_ERROR, f COMPLETED');
  },
  'a worker that is not done comes back to its task': async (s) => {
    const id = await s.run([byHand('a')]);
    const { tasks } = await s.reached(id, 'a', 'SCHEDULED');
    await s.workflows.updateTask(tasks[0].taskId, id, 'IN_PROGRESS', { half: true });
    const workflow = await s.reached(id, 'a', 'SCHEDULED');
    same(workflow.tasks[0].outputData, { half: true });
    await s.end(id, 'a', 'COMPLETED', { all: true });
    await s.ended(id);
  },
  'a timeout of a workflow': async (s) => {
    const workflow = await s.ended(
      await s.run([byHand('a')], {}, { timeoutSeconds: 1, timeoutPolicy: 'TIME_OUT_WF' }),
      'TIMED_OUT',
    );
    match(
      workflow.reasonForIncompletion,
      /^Workflow timed out after 1 seconds\. Timeout configured as 1 seconds\. Timeout policy configured to TIME_OUT_WF$/,
    );
    is(line(workflow), 'a CANCELED');
  },
};
