/**
 * Conductor's published JavaScript client, unmodified, against a standalone server of its own. The program that uses it is javascript/worker.mjs; it
 * is a package of its own with its own lock file (`npm ci` in that folder; `npm test` does it), and runs in a process of its own.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { orderInput, orderTaskDefs, orderWorkflowDef } from '@dacapo/examples';

const root = resolve(import.meta.dirname, '../..');
const client = join(import.meta.dirname, 'javascript');
const main = join(process.env['DACAPO_DIST'] ?? join(root, 'dist'), 'apps/standalone/src/main.js');
const scratch = mkdtempSync(join(tmpdir(), 'dacapo-client-'));
const example = { taskDefs: orderTaskDefs('poll'), workflowDef: orderWorkflowDef, input: orderInput('o-1') };

// The flags that let jest run ES modules are nothing for the processes that it starts; nor are settings of whoever runs the test.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS$|DACAPO_|CONDUCTOR_)/.test(name)),
);

let server: ChildProcess;
let url: string;
/** What the client gave back, by chapter of worker.mjs. */
let found: Readonly<Record<string, unknown>>;
const workflowId = expect.any(String) as unknown;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startServer(): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const flags = ['--port', String(port), '--data', join(scratch, 'data')];
  server = spawn(process.execPath, ['--enable-source-maps', main, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout! })) if (line.includes('ready')) return;
  throw new Error(`${main} ended before it was ready`);
}

async function runClient(): Promise<Readonly<Record<string, unknown>>> {
  const file = join(scratch, 'example.json');
  writeFileSync(file, JSON.stringify(example));
  const { stdout } = await promisify(execFile)(process.execPath, [join(client, 'worker.mjs'), url, file], {
    env,
    timeout: 60_000,
  });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

beforeAll(async () => {
  for (const [path, remedy] of [
    [main, 'npm run build'],
    [join(client, 'node_modules'), `npm ci in ${client}`],
  ] as const)
    if (!existsSync(path)) throw new Error(`${path} is missing: ${remedy}`);
  await startServer();
  found = await runClient();
}, 90_000);

afterAll(async () => {
  if (server?.exitCode === null && server.kill('SIGTERM')) await once(server, 'exit');
  rmSync(scratch, { recursive: true, force: true });
});

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
  const response = await fetch(`${url}/api/workflow/${id}/verify`);
  expect(await response.json()).toMatchObject({ workflowId: id, valid: true, violations: [] });
});

it('lets the server end in peace', async () => {
  server.kill('SIGTERM');
  const [code] = (await once(server, 'exit')) as [number | null];
  expect(code).toBe(0);
});
