/** What operators do to running and ended workflows. */
import {
  byHand,
  doomed,
  echo,
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

const failed = 'FAILED_WITH_TERMINAL_ERROR';

export const control = {
  'pause holds back what follows; resume goes on': async (s) => {
    const id = await s.run([byHand('a'), byHand('b')]);
    await s.workflows.pause(id);
    await s.end(id, 'a');
    is(line(await s.read(id)), 'a COMPLETED');
    await s.workflows.resume(id);
    await s.end(id, 'b');
    await s.ended(id);
    await s.refusal(() => s.workflows.resume(id), /is not PAUSED so cannot resume\. Current status is COMPLETED/);
  },
  'terminate cancels what is open, and starts no failure workflow': async (s) => {
    const name = await s.define([byHand('a')], { failureWorkflow: 'never_started' });
    const id = await s.start(name);
    await s.workflows.terminate(id, 'enough');
    const workflow = await s.ended(id, 'TERMINATED');
    is(workflow.reasonForIncompletion, 'enough');
    same(workflow.output, {});
  },
  'terminate of a COMPLETED workflow is refused': async (s) => {
    const id = await s.run([setVariable('v', { n: 1 })]);
    await s.ended(id);
    await s.refusal(() => s.workflows.terminate(id, 'late'), /Cannot terminate a COMPLETED workflow\./);
  },
  'retry tries the failed task again': async (s) => {
    const id = await s.run([echo('a'), byHand('b'), echo('z')]);
    await s.end(id, 'b', failed);
    await s.ended(id, 'FAILED');
    await s.workflows.retry(id, false);
    await s.end(id, 'b');
    is(line(await s.ended(id)), `a COMPLETED, b ${failed}, b COMPLETED, z COMPLETED`);
  },
  'retry of a fork: what was cancelled too': async (s) => {
    const id = await s.run([fork('f', [byHand('a')], [byHand('b')]), join('j', ['a', 'b'])]);
    await s.end(id, 'a', failed);
    await s.ended(id, 'FAILED');
    await s.workflows.retry(id, false);
    await s.end(id, 'a');
    await s.end(id, 'b');
    const workflow = await s.ended(id);
    is(taskOf(workflow, 'j').status, 'COMPLETED');
  },
  'retry of a running workflow, and of one without failed tasks': async (s) => {
    const id = await s.run([byHand('a')]);
    await s.refusal(() => s.workflows.retry(id, false), /./);
    await s.end(id, 'a');
    await s.ended(id);
    await s.refusal(() => s.workflows.retry(id, false), /There are no retryable tasks! Use restart/);
  },
  'retry starts a new child, resumeSubworkflowTasks goes on with the old one': async (s) => {
    const child = await s.define([byHand('c')], {}, ' child');
    const name = await s.define([subWorkflow('s', child)]);
    for (const resumes of [false, true]) {
      const id = await s.start(name);
      const { workflowId: first } = await s.child(id);
      await s.end(first, 'c', failed);
      await s.ended(id, 'FAILED');
      await s.workflows.retry(id, resumes);
      const next = await s.child(id);
      is(next.workflowId === first, resumes);
      await s.end(next.workflowId, 'c');
      await s.ended(id);
    }
  },
  'a retried child opens its parent again': async (s) => {
    const child = await s.define([byHand('c')], {}, ' child');
    const id = await s.run([subWorkflow('s', child), echo('z')]);
    const { workflowId: first } = await s.child(id);
    await s.end(first, 'c', failed);
    await s.ended(id, 'FAILED');
    await s.workflows.retry(first, false);
    await s.end(first, 'c');
    is(line(await s.ended(id)), 's COMPLETED, z COMPLETED');
  },
  'a child that is terminated terminates its parent': async (s) => {
    const child = await s.define([byHand('c')], {}, ' child');
    const id = await s.run([subWorkflow('s', child)]);
    const { workflowId: subWorkflowId } = await s.child(id);
    await s.workflows.terminate(subWorkflowId, 'gone');
    is(taskOf(await s.ended(id, 'TERMINATED'), 's').status, 'CANCELED');
  },
  'a parent that is terminated terminates its children': async (s) => {
    const child = await s.define([byHand('c')], {}, ' child');
    const id = await s.run([subWorkflow('s', child)]);
    const { workflowId: subWorkflowId } = await s.child(id);
    await s.workflows.terminate(id, 'over');
    is(
      (await s.ended(subWorkflowId, 'TERMINATED')).reasonForIncompletion,
      'Parent workflow has been terminated with reason: over',
    );
  },
  'restart begins anew under the same id': async (s) => {
    const id = await s.run([byHand('a')], { n: 1 });
    await s.end(id, 'a', failed);
    await s.ended(id, 'FAILED');
    await s.workflows.restart(id, false);
    const workflow = await s.reached(id, 'a', 'SCHEDULED');
    is(line(workflow), 'a SCHEDULED');
    same(workflow.input, { n: 1 });
    await s.end(id, 'a');
    await s.ended(id);
  },
  'restart on the latest definition': async (s) => {
    const name = await s.define([byHand('a')]);
    const id = await s.start(name);
    await s.end(id, 'a', failed);
    await s.ended(id, 'FAILED');
    await s.define([setVariable('v', { latest: true })]);
    await s.workflows.restart(id, true);
    is(line(await s.ended(id)), 'v COMPLETED');
  },
  'restart is refused while it runs, and for what is not restartable': async (s) => {
    const id = await s.run([byHand('a')], {}, { restartable: false });
    await s.refusal(() => s.workflows.restart(id, false), /./);
    await s.end(id, 'a');
    await s.ended(id);
    await s.refusal(() => s.workflows.restart(id, false), /is non-restartable/);
  },
  'rerun of the whole, with another input': async (s) => {
    const id = await s.run([echo('a', { n: '${workflow.input.n}' })], { n: 1 });
    await s.ended(id);
    await s.workflows.reRun(id, { workflowInput: { n: 2 } });
    const workflow = await s.ended(id);
    is(line(workflow), 'a COMPLETED');
    same(workflow.tasks[0].outputData, { n: 2 });
  },
  'rerun from a task: what came behind is gone from the view, and stays in the history': async (s) => {
    const id = await s.run([echo('a'), echo('b', { n: 1 }), echo('z')]);
    const first = await s.ended(id);
    await s.workflows.reRun(id, { reRunFromTaskId: taskOf(first, 'b').taskId, taskInput: { n: 2 } });
    const workflow = await s.ended(id);
    is(line(workflow), 'a COMPLETED, b COMPLETED, z COMPLETED');
    same(taskOf(workflow, 'b').outputData.n, 2);
    const { seq } = (await s.get(`/workflow/${id}/events`)).find(({ type }) => type === 'WorkflowReran');
    const before = await s.get(`/workflow/${id}?at=${seq - 1}`);
    is(taskOf(before, 'b').outputData.n, 1);
  },
  'rerun from a task in a fork': async (s) => {
    const id = await s.run([fork('f', [echo('a')], [byHand('b')]), join('j', ['a', 'b']), echo('z')]);
    await s.end(id, 'b', failed);
    const workflow = await s.ended(id, 'FAILED');
    await s.workflows.reRun(id, { reRunFromTaskId: taskOf(workflow, 'b').taskId });
    await s.end(id, 'b');
    is(taskOf(await s.ended(id), 'z').status, 'COMPLETED');
  },
  'rerun from a task in a loop': async (s) => {
    const id = await s.run([
      task('DO_WHILE', 'l', { loopCondition: "$.l['iteration'] < 2", loopOver: [byHand('a')] }),
      echo('z'),
    ]);
    await s.end(id, 'a__1');
    await s.end(id, 'a__2', failed);
    const workflow = await s.ended(id, 'FAILED');
    await s.workflows.reRun(id, { reRunFromTaskId: taskOf(workflow, 'a__2').taskId });
    await s.end(id, 'a__2');
    is(taskOf(await s.ended(id), 'z').status, 'COMPLETED');
  },
  'rerun from a task of a sub-workflow': async (s) => {
    const child = await s.define([byHand('c')], {}, ' child');
    const id = await s.run([subWorkflow('s', child), echo('z')]);
    const { workflowId: subWorkflowId } = await s.child(id);
    await s.end(subWorkflowId, 'c', failed);
    await s.ended(id, 'FAILED');
    await s.workflows.reRun(id, { reRunFromTaskId: taskOf(await s.read(subWorkflowId), 'c').taskId });
    await s.end(subWorkflowId, 'c');
    await s.ended(id);
  },
  'rerun that is impossible': async (s) => {
    const id = await s.run([byHand('a')]);
    await s.refusal(() => s.workflows.reRun(id, {}), /./);
    await s.end(id, 'a');
    await s.ended(id);
    await s.refusal(() => s.workflows.reRun(id, { reRunFromTaskId: 'nobody' }), /Task nobody not found/);
  },
  goBackToFirstTaskMatchingType: async (s) => {
    const id = await s.run([setVariable('v', { n: 1 }), byHand('a'), echo('z')]);
    await s.end(id, 'a');
    await s.ended(id);
    await s.workflows.goBackToTask(id, ({ referenceTaskName }) => referenceTaskName === 'a');
    await s.end(id, 'a');
    is(line(await s.ended(id)), 'v COMPLETED, a COMPLETED, z COMPLETED');
  },
  'skip passes over a task that has not been reached': async (s) => {
    const id = await s.run([byHand('a'), byHand('b'), echo('z', { n: '${b.output.n}' })]);
    await s.workflows.skipTasksFromWorkflow(id, 'b', { taskOutput: { n: 9 } });
    await s.end(id, 'a');
    const workflow = await s.ended(id);
    is(taskOf(workflow, 'b').status, 'SKIPPED');
    same(taskOf(workflow, 'z').inputData, { n: 9 });
    await s.refusal(
      () => s.workflows.skipTasksFromWorkflow(id, 'a', {}),
      /is not running so the task referenced by a cannot be skipped/,
    );
  },
  'variables are set from outside': async (s) => {
    const id = await s.run([wait('w'), echo('z', { stage: '${workflow.variables.stage}' })]);
    const { variables } = await s.workflows.updateVariables(id, { stage: 'two' });
    same(variables, { stage: 'two' });
    await s.workflows.signalAsync(id, 'COMPLETED', {});
    same(taskOf(await s.ended(id), 'z').inputData, { stage: 'two' });
  },
  'a removed workflow is gone from every view': async (s) => {
    const id = await s.run([setVariable('v', { n: 1 })]);
    await s.ended(id);
    await s.workflows.deleteWorkflow(id, false);
    s.workflowIds.pop();
    await s.refusal(() => s.read(id), /No such workflow found by id/);
  },
  'an archived workflow is still read by its id': async (s) => {
    const id = await s.run([setVariable('v', { n: 1 })]);
    await s.ended(id);
    await s.workflows.deleteWorkflow(id, true);
    is((await s.read(id)).status, 'COMPLETED');
  },
  'a late result changes nothing': async (s) => {
    const id = await s.run([byHand('a')]);
    const { tasks } = await s.reached(id, 'a', 'SCHEDULED');
    await s.workflows.terminate(id, 'over');
    await s.workflows.updateTask(tasks[0].taskId, id, 'COMPLETED', { late: true });
    const workflow = await s.ended(id, 'TERMINATED');
    is(line(workflow), 'a CANCELED');
    same(workflow.tasks[0].outputData, {});
  },
  'failed names are told': async (s) => {
    const workflow = await s.ended(await s.run([doomed('d')]), 'FAILED');
    same(workflow.failedReferenceTaskNames, ['d']);
    match(workflow.reasonForIncompletion, /^Task \S+ failed with status: FAILED and reason: 'doomed'$/);
  },
  'an input schema refuses a start': async (s) => {
    const inputSchema = {
      name: 'in',
      version: 1,
      type: 'JSON',
      data: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
    };
    const name = await s.define([setVariable('v', { n: 1 })], { inputSchema, enforceSchema: true });
    await s.refusal(() => s.start(name, { n: 'x' }), /n/);
    await s.ended(await s.start(name, { n: 1 }));
  },
  'concurrentExecLimit hands out one at a time': async (s) => {
    await s.metadata.registerTasks([
      { name: 'limited_one', retryCount: 0, concurrentExecLimit: 1, responseTimeoutSeconds: 60, ownerEmail: 'a@b.c' },
    ]);
    const name = await s.define([task('SIMPLE', 'l', { name: 'limited_one' })]);
    const ids = [await s.start(name), await s.start(name)];
    const poll = () => s.get('/tasks/poll/batch/limited_one?workerid=w&count=5&timeout=1000');
    const first = await poll();
    is(first.length, 1);
    same(await poll(), []);
    await s.workflows.updateTask(first[0].taskId, first[0].workflowInstanceId, 'COMPLETED', {});
    const second = await poll();
    is(second.length, 1);
    await s.workflows.updateTask(second[0].taskId, second[0].workflowInstanceId, 'COMPLETED', {});
    for (const id of ids) await s.ended(id);
  },
  'priority comes first': async (s) => {
    await s.metadata.registerTasks([
      { name: 'by_priority', retryCount: 0, responseTimeoutSeconds: 60, ownerEmail: 'a@b.c' },
    ]);
    const name = await s.define([task('SIMPLE', 'l', { name: 'by_priority' })]);
    const low = await s.start(name, {}, { priority: 1 });
    const high = await s.start(name, {}, { priority: 9 });
    const [first] = await s.get('/tasks/poll/batch/by_priority?workerid=w&count=1&timeout=1000');
    is(first.workflowInstanceId, high);
    for (const id of [low, high]) await s.end(id, 'l');
    for (const id of [low, high]) await s.ended(id);
  },
  'a task goes to the domain it was sent to': async (s) => {
    await s.metadata.registerTasks([
      { name: 'in_domain', retryCount: 0, responseTimeoutSeconds: 60, ownerEmail: 'a@b.c' },
    ]);
    const id = await s.start(
      await s.define([task('SIMPLE', 'l', { name: 'in_domain' })]),
      {},
      { taskToDomain: { '*': 'blue' } },
    );
    same(await s.get('/tasks/poll/batch/in_domain?workerid=w&count=1&timeout=100'), []);
    const [one] = await s.get('/tasks/poll/batch/in_domain?workerid=w&count=1&timeout=1000&domain=blue');
    is(one.domain, 'blue');
    await s.workflows.updateTask(one.taskId, id, 'COMPLETED', {});
    await s.ended(id);
  },
  'an idempotency key starts once': async (s) => {
    const name = await s.define([setVariable('v', { n: 1 })]);
    const more = { idempotencyKey: `k-${process.pid}-${Date.now()}`, idempotencyStrategy: 'RETURN_EXISTING' };
    const [a, b] = await Promise.all([s.start(name, {}, more), s.start(name, {}, more)]);
    is(a, b);
    s.workflowIds.pop();
    await s.refusal(() => s.start(name, {}, { ...more, idempotencyStrategy: 'FAIL' }), /./);
    await s.ended(a);
  },
  'a task whose output is cached is done once': async (s) => {
    const cacheConfig = { key: '${k}', ttlInSecond: 600 };
    const name = await s.define([byHand('a', { inputParameters: { k: '${workflow.input.k}' }, cacheConfig })]);
    const input = { k: `k-${process.pid}-${Date.now()}` };
    const first = await s.start(name, input);
    await s.end(first, 'a', 'COMPLETED', { n: 1 });
    await s.ended(first);
    const second = await s.ended(await s.start(name, input));
    is(line(second), 'a COMPLETED');
    same(second.tasks[0].outputData, { n: 1 });
    const other = await s.start(name, { k: `${input.k}-other` });
    await s.end(other, 'a');
    await s.ended(other);
    const bad = { name: `${name}_bad`, tasks: [byHand('a', { cacheConfig: { key: '', ttlInSecond: 1 } })] };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${s.url}/api/metadata/workflow`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ version: 1, ...bad }),
    });
    is(response.status, 400);
    match(await response.text(), /CacheConfig key cannot be null or empty/);
  },
  'a switch inside a sub-workflow inside a fork': async (s) => {
    const child = await s.define([switchOn('w', '${workflow.input.v}', { x: [echo('a')] })], {}, ' child');
    const id = await s.run([fork('f', [subWorkflow('s', child, { v: 'x' })], [echo('b')]), join('j', ['s', 'b'])]);
    const workflow = await s.ended(id);
    ok(taskOf(workflow, 's').subWorkflowId);
  },
};
