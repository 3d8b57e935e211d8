/**
 * A user's program with Conductor's published client, unmodified: `node worker.mjs URL EXAMPLE.json`. It registers, works, controls and reads, and
 * its last line is one JSON object with what the client gave back; javascript.spec.ts judges it.
 */
import { readFileSync } from 'node:fs';

import {
  getTaskContext,
  NonRetryableException,
  OrkesClients,
  TaskHandler,
  TaskManager,
  TaskRunner,
  worker,
} from '@io-orkes/conductor-javascript';

const [url, exampleFile] = process.argv.slice(2);
const { taskDefs, workflowDef, input } = JSON.parse(readFileSync(exampleFile, 'utf8'));
const ended = new Set(['COMPLETED', 'FAILED', 'TIMED_OUT', 'TERMINATED']);
const silent = { debug() {}, info() {}, error() {} };

// With a key the client asks for a token first, and takes the 404 for a server without accounts.
const withKey = await OrkesClients.from({ serverUrl: url, keyId: 'key', keySecret: 'secret', logger: silent });
const clients = await OrkesClients.from({ serverUrl: `${url}/api`, logger: silent });
const client = clients.getClient();
const workflows = clients.getWorkflowClient();
const tasks = clients.getTaskClient();
const metadata = clients.getMetadataClient();

const simple = (name, fields = {}) => ({
  name,
  taskReferenceName: name,
  type: 'SIMPLE',
  inputParameters: {},
  ...fields,
});
const definition = (name, ...list) => ({ name, version: 1, schemaVersion: 2, timeoutSeconds: 0, tasks: list });

async function until(read, isGood) {
  for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const value = await read();
    if (isGood(value)) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain, last seen: ${JSON.stringify(value)}`);
  }
}

const untilEnded = (workflowId) =>
  until(
    () => workflows.getWorkflow(workflowId, true),
    ({ status }) => ended.has(status),
  );

/** What a call throws, as a user sees it. */
async function refusalOf(call) {
  try {
    await call();
    return 'nothing';
  } catch ({ message }) {
    return message;
  }
}

async function registered() {
  await metadata.registerTasks(taskDefs);
  await metadata.updateTask({ ...taskDefs[0], description: 'updated' });
  await metadata.registerWorkflowDef(workflowDef, true);
  await metadata.registerWorkflowDef(definition('left_behind', simple('nobody_works_this')));
  await metadata.unregisterWorkflow('left_behind', 1);
  const stored = await metadata.getWorkflowDef(workflowDef.name);
  const [firstTaskDef, all, allTaskDefs] = await Promise.all([
    metadata.getTask(taskDefs[0].name),
    metadata.getAllWorkflowDefs(),
    metadata.getAllTaskDefs(),
  ]);
  return {
    name: stored.name,
    references: stored.tasks.map(({ taskReferenceName }) => taskReferenceName),
    taskDef: { name: firstTaskDef.name, retryCount: firstTaskDef.retryCount, description: firstTaskDef.description },
    names: all.map(({ name }) => name),
    taskDefNames: allTaskDefs.map(({ name }) => name).toSorted(),
    again: await refusalOf(() => metadata.registerWorkflowDef(workflowDef, false)),
    unknown: await refusalOf(() => metadata.getWorkflowDef('left_behind')),
  };
}

/** The three ways in which the client runs workers, one for each part of the order. */
async function startWorkers() {
  const charge = {
    taskDefName: 'charge_card',
    execute: async ({ inputData, retryCount }) => {
      if (retryCount === 0) throw new Error('The bank did not answer');
      return { status: 'COMPLETED', outputData: { receipt: `receipt-${inputData.orderId}` } };
    },
  };
  const runner = new TaskRunner({
    worker: charge,
    client,
    options: { workerID: 'runner', pollInterval: 20, concurrency: 1, batchPollingTimeout: 100 },
  });
  const manager = new TaskManager(
    client,
    [
      {
        taskDefName: 'reserve_stock',
        execute: async () => ({ status: 'COMPLETED', outputData: { warehouse: 'Leipzig' } }),
      },
      { taskDefName: 'notify_customer', execute: async () => ({ status: 'COMPLETED', outputData: { sent: true } }) },
      {
        taskDefName: 'fails_once',
        execute: async ({ retryCount }) => {
          if (retryCount === 0) throw new NonRetryableException('not today');
          return { status: 'COMPLETED', outputData: { tries: retryCount + 1 } };
        },
      },
    ],
    { logger: silent, options: { workerID: 'manager', pollInterval: 20, concurrency: 2 } },
  );
  worker({ taskDefName: 'ship_domestic', pollInterval: 20, workerId: 'handler' })(async ({ inputData }) => {
    getTaskContext().addLog(`packed in ${inputData.from}`);
    return { status: 'COMPLETED', outputData: { parcel: `parcel from ${inputData.from}` } };
  });
  // Comes back to its task once before it is done; its definition is registered by the handler itself.
  worker({
    taskDefName: 'comes_back',
    pollInterval: 20,
    registerTaskDef: true,
    overwriteTaskDef: false,
    taskDef: { retryCount: 0, timeoutSeconds: 60, responseTimeoutSeconds: 30 },
  })(async ({ outputData }) =>
    outputData?.seen === true
      ? { status: 'COMPLETED', outputData: { seen: true, done: true } }
      : { status: 'IN_PROGRESS', callbackAfterSeconds: 0, outputData: { seen: true } },
  );
  const handler = new TaskHandler({ client, logger: silent });
  runner.startPolling();
  manager.startPolling();
  await handler.startWorkers();
  return async () => {
    await runner.stopPolling();
    await manager.stopPolling();
    await handler.stopWorkers();
  };
}

async function ordered() {
  const workflowId = await workflows.startWorkflow({ name: 'order', version: 1, input, correlationId: 'c-1' });
  const execution = await untilEnded(workflowId);
  const found = await until(
    () => workflows.search(0, 10, `workflowType = 'order' AND status = 'COMPLETED'`, '*', 'startTime:DESC'),
    ({ results }) => results.some((summary) => summary.workflowId === workflowId),
  );
  const ship = execution.tasks.find(({ referenceTaskName }) => referenceTaskName === 'ship');
  await tasks.addTaskLog(ship.taskId, 'left the house');
  return {
    workflowId,
    status: execution.status,
    output: execution.output,
    correlationId: execution.correlationId,
    attempts: execution.tasks
      .filter(({ taskType }) => taskType === 'charge_card')
      .map(({ status, retryCount, reasonForIncompletion, workerId }) => ({
        status,
        retryCount,
        reasonForIncompletion,
        workerId,
      })),
    references: execution.tasks.map(({ referenceTaskName }) => referenceTaskName),
    summary: await workflows.getWorkflowStatus(workflowId, true, true),
    withoutTasks: (await workflows.getWorkflow(workflowId, false)).tasks,
    found: { totalHits: found.totalHits, types: found.results.map(({ workflowType }) => workflowType) },
    task: (await tasks.getTask(ship.taskId)).status,
    logs: (await tasks.getTaskLogs(ship.taskId)).map(({ log, taskId }) => ({ log, isOfTask: taskId === ship.taskId })),
  };
}

async function controlled() {
  await metadata.registerWorkflowDef(definition('controlled', simple('nobody_works_this')), true);
  const workflowId = await workflows.startWorkflowByName('controlled', {}, 1, 'c-2');
  const status = async () => (await workflows.getWorkflowStatus(workflowId, false, false)).status;
  const seen = [await status()];
  await workflows.pause(workflowId);
  seen.push(await status());
  await workflows.resume(workflowId);
  seen.push(await status());
  const waiting = await tasks.getQueueSizeForTask('nobody_works_this');
  await workflows.terminate(workflowId, 'seen enough');
  const { status: end, reasonForIncompletion, tasks: left } = await workflows.getExecution(workflowId);
  return {
    workflowId,
    seen: [...seen, end],
    reasonForIncompletion,
    tasks: left.map((task) => task.status),
    waiting,
    resumed: await refusalOf(() => workflows.resume(workflowId)),
    unknown: await refusalOf(() => workflows.getWorkflow('nobody', true)),
  };
}

async function retried() {
  await metadata.registerWorkflowDef(definition('retried', simple('fails_once'), simple('comes_back')), true);
  const workflowId = await workflows.startWorkflow({ name: 'retried', input: {} });
  const failed = await untilEnded(workflowId);
  await workflows.retry(workflowId, false);
  const completed = await untilEnded(workflowId);
  const statuses = (execution) => execution.tasks.map(({ status }) => status);
  return {
    workflowId,
    failed: { status: failed.status, reason: failed.reasonForIncompletion, tasks: statuses(failed) },
    completed: { status: completed.status, output: completed.output, tasks: statuses(completed) },
  };
}

/** Results that no worker reports: by reference, by id, and by a signal. */
async function fromOutside() {
  const wait = (name) => ({ name, taskReferenceName: name, type: 'WAIT', inputParameters: {} });
  await metadata.registerWorkflowDef(definition('outside', wait('first'), wait('second'), wait('third')), true);
  const workflowId = await workflows.startWorkflow({ name: 'outside', input: {} });
  await workflows.updateTaskByRefName('first', workflowId, 'COMPLETED', { by: 'reference' });
  const { tasks: open } = await workflows.getExecution(workflowId);
  await workflows.updateTask(open.at(-1).taskId, workflowId, 'COMPLETED', { by: 'id' });
  await workflows.signalAsync(workflowId, 'COMPLETED', { by: 'signal' });
  const execution = await untilEnded(workflowId);
  return { workflowId, status: execution.status, outputs: execution.tasks.map(({ outputData }) => outputData) };
}

const found = {
  withKey: (await withKey.getMetadataClient().getAllWorkflowDefs()).length,
  registered: await registered(),
};
const stop = await startWorkers();
Object.assign(found, {
  ordered: await ordered(),
  controlled: await controlled(),
  retried: await retried(),
  fromOutside: await fromOutside(),
});
found.pollData = (await tasks.getTaskPollData('charge_card')).map(({ queueName, workerId }) => ({
  queueName,
  workerId,
}));
await stop();
// Idle connections of the client would keep the process for some seconds more.
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
