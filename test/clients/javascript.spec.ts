/**
 * Conductor's published JavaScript client, unmodified, against a standalone server of its own. The program that uses it is javascript/worker.mjs; it
 * is a package of its own with its own lock file (`npm ci` in that folder; `npm test` does it), and runs in a process of its own.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { orderInput, orderTaskDefs, orderWorkflowDef } from '@dacapo/examples';

import { runClient, StandaloneServer } from './standalone.js';

const example = { taskDefs: orderTaskDefs('poll'), workflowDef: orderWorkflowDef, input: orderInput('o-1') };

let server: StandaloneServer;
/** What the client gave back, by chapter of worker.mjs. */
let found: Readonly<Record<string, unknown>>;
const workflowId = expect.any(String) as unknown;

beforeAll(async () => {
  server = await StandaloneServer.start();
  const file = join(server.scratch, 'example.json');
  writeFileSync(file, JSON.stringify(example));
  found = await runClient('worker.mjs', [server.url, file], 60_000);
}, 90_000);

afterAll(() => server.dispose());

it('connects without an account, with and without a key', () => {
  expect(found['withKey']).toBe(0);
});

it('registers, reads and removes definitions', () => {
  expect(found['registered']).toEqual({
    name: 'order',
    references: ['charge', 'prepare', 'prepared', 'pack', 'route'],
    taskDef: { name: 'charge_card', retryCount: 3, description: 'updated' },
    names: ['order'],
    taskDefNames: ['charge_card', 'notify_customer', 'reserve_stock', 'ship_abroad', 'ship_domestic'],
    again: 'Failed to register workflow definition: Workflow with order.1 already exists!',
    unknown:
      "Failed to get workflow definition 'left_behind': No such workflow found by name: left_behind, version: null",
  });
});

it('works the order with its three kinds of workers', () => {
  const output = { receipt: 'receipt-o-1', parcel: 'parcel from Leipzig', warehouse: 'Leipzig' };
  expect(found['ordered']).toEqual({
    workflowId,
    status: 'COMPLETED',
    output,
    correlationId: 'c-1',
    attempts: [
      { status: 'FAILED', retryCount: 0, reasonForIncompletion: 'The bank did not answer', workerId: 'runner' },
      { status: 'COMPLETED', retryCount: 1, workerId: 'runner' },
    ],
    references: ['charge', 'charge', 'prepare', 'reserve', 'notify', 'prepared', 'pack', 'route', 'ship'],
    summary: { workflowId, correlationId: 'c-1', output, variables: {}, status: 'COMPLETED' },
    withoutTasks: [],
    found: { totalHits: 1, types: ['order'] },
    task: 'COMPLETED',
    // The client sends a line as JSON, and Conductor keeps the bytes: the quotes are its own.
    logs: [
      { log: 'packed in Leipzig', isOfTask: true },
      { log: '"left the house"', isOfTask: true },
    ],
  });
  expect(found['pollData']).toEqual([{ queueName: 'charge_card', workerId: 'runner' }]);
});

it('pauses, resumes and terminates', () => {
  expect(found['controlled']).toEqual({
    workflowId,
    seen: ['RUNNING', 'PAUSED', 'RUNNING', 'TERMINATED'],
    reasonForIncompletion: 'seen enough',
    tasks: ['CANCELED'],
    waiting: { nobody_works_this: 1 },
    resumed: expect.stringContaining('is not PAUSED so cannot resume. Current status is TERMINATED') as unknown,
    unknown: 'Failed to get workflow: No such workflow found by id: nobody',
  });
});

it('retries a failed workflow, and a worker comes back to its task', () => {
  expect(found['retried']).toEqual({
    workflowId,
    failed: {
      status: 'FAILED',
      reason: expect.stringContaining("reason: 'not today'") as unknown,
      tasks: ['FAILED_WITH_TERMINAL_ERROR'],
    },
    completed: {
      status: 'COMPLETED',
      output: { seen: true, done: true },
      tasks: ['FAILED_WITH_TERMINAL_ERROR', 'COMPLETED', 'COMPLETED'],
    },
  });
});

it('ends tasks from outside: by reference, by id, by a signal', () => {
  expect(found['fromOutside']).toEqual({
    workflowId,
    status: 'COMPLETED',
    // The client wraps the output of a signal.
    outputs: [{ by: 'reference' }, { by: 'id' }, { taskOutput: { by: 'signal' } }],
  });
});

it.each(['ordered', 'controlled', 'retried', 'fromOutside'])('leaves a log that proves itself: %s', async (chapter) => {
  const { workflowId: id } = found[chapter] as { readonly workflowId: string };
  const response = await fetch(`${server.url}/api/workflow/${id}/verify`);
  expect(await response.json()).toMatchObject({ workflowId: id, valid: true, violations: [] });
});

it('lets the server end in peace', async () => {
  expect(await server.stop()).toBe(0);
});
