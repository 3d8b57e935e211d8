import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { WorkflowDocument } from '@dacapo/contracts';
import { parseWorkflowDef } from '@dacapo/definitions';
import { makeLog, readConfig } from '@dacapo/platform';

import { Embedded } from './embedded.js';

type Fields = Readonly<Record<string, unknown>>;

async function openAt(directory: string, env: Readonly<Record<string, string>> = {}): Promise<Embedded> {
  const embedded = await Embedded.open(readConfig({ data: directory }, env), makeLog('silent', 'test'));
  await embedded.start();
  return embedded;
}

/** Starts a workflow of this one task. */
async function run({ gateway }: Embedded, task: Fields): Promise<string> {
  const tasks = [{ name: 'it', taskReferenceName: 'it', ...task }];
  const parsed = parseWorkflowDef({ name: 'wf', version: 1, tasks });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  const definition = await gateway.registry.digestOf(parsed.value);
  const workflowId = crypto.randomUUID();
  const data = { definition, name: 'wf', version: 1, input: {} };
  await gateway.answers.ask(gateway.commands.make('StartWorkflow', workflowId, data));
  return workflowId;
}

async function endOf({ gateway }: Embedded, workflowId: string): Promise<WorkflowDocument> {
  for (;;) {
    const workflow = await gateway.views.workflow(workflowId);
    if (workflow !== undefined && workflow.status !== 'RUNNING') return workflow;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('built-in tasks in the embedded process', () => {
  let directory: string;
  let embedded: Embedded;
  let upstream: Server;
  let rounds = 0;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dacapo-embedded-'));
    upstream = createServer((_request, response) => {
      rounds += 1;
      response.end(JSON.stringify({ rounds }));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    rounds = 0;
    embedded = await open();
  });

  afterEach(async () => {
    await embedded.close();
    await new Promise((resolve) => upstream.close(resolve));
    await rm(directory, { recursive: true });
  });

  const open = (env: Readonly<Record<string, string>> = {}): Promise<Embedded> => openAt(directory, env);
  const ended = (workflowId: string): Promise<WorkflowDocument> => endOf(embedded, workflowId);

  function begin(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { port } = upstream.address() as AddressInfo;
    const http_request = { uri: `http://127.0.0.1:${port}/`, method: 'GET', pollingInterval: 1, ...fields };
    return run(embedded, { type: 'HTTP_POLL', inputParameters: { http_request } });
  }

  it('run to their end, round by round', async () => {
    const workflowId = await begin({ terminationCondition: '$.output.response.body.rounds > 1' });
    expect(await ended(workflowId)).toMatchObject({
      status: 'COMPLETED',
      output: { response: { statusCode: 200, body: { rounds: 2 } } },
    });
    expect(await embedded.verify(workflowId)).toMatchObject({ violations: [] });
    expect(embedded.builtIn.done).toBe(2);
  });

  it('go on after a restart', async () => {
    const workflowId = await begin({ terminationCondition: '$.output.response.body.rounds > 1' });
    while (rounds === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await embedded.close();
    embedded = await open();
    expect(await ended(workflowId)).toMatchObject({ status: 'COMPLETED' });
    expect(rounds).toBe(2);
  });

  it('keep to what the settings allow', async () => {
    await embedded.close();
    embedded = await open({ DACAPO_HTTP_TASK_PRIVATE: 'deny' });
    expect(await ended(await begin())).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('HTTP tasks must not go to this address'),
    });
    expect(rounds).toBe(0);
  });
});

describe('scripts in the embedded process', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dacapo-embedded-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const inline = (expression: string): Fields => ({
    type: 'INLINE',
    inputParameters: { evaluatorType: 'javascript', expression },
  });
  const jq = { type: 'JSON_JQ_TRANSFORM', inputParameters: { n: 20, queryExpression: '.n + 1' } };

  it('run in the sandbox, and queries beside it', async () => {
    const embedded = await openAt(directory);
    const script = await run(embedded, inline('[1, 2].reduce((a, b) => a + b, 0)'));
    const query = await run(embedded, jq);
    expect(await endOf(embedded, script)).toMatchObject({ status: 'COMPLETED', output: { result: 3 } });
    expect(await endOf(embedded, query)).toMatchObject({ status: 'COMPLETED', output: { result: 21 } });
    for (const id of [script, query]) expect(await embedded.verify(id)).toMatchObject({ violations: [] });
    await embedded.close();
  });

  it('that a stop cuts off have their true outcome after the restart', async () => {
    const first = await openAt(directory);
    const workflowId = await run(first, inline('while (true) {}'));
    await first.close();
    const second = await openAt(directory);
    expect((await endOf(second, workflowId)).reason).toContain('Script not evaluated within 4 seconds');
    expect(await second.verify(workflowId)).toMatchObject({ violations: [] });
    await second.close();
  });

  it('fail with a reason when they are switched off', async () => {
    const embedded = await openAt(directory, { DACAPO_SCRIPTS: 'off' });
    const script = await run(embedded, inline('[1, 2].reduce((a, b) => a + b, 0)'));
    const query = await run(embedded, jq);
    for (const id of [script, query]) expect((await endOf(embedded, id)).reason).toContain('Scripts are switched off');
    await embedded.close();
  });
});
