import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { WorkflowDocument } from '@dacapo/contracts';
import { parseWorkflowDef } from '@dacapo/definitions';
import { makeLog, readConfig } from '@dacapo/platform';

import { Embedded } from './embedded.js';

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

  async function open(env: Readonly<Record<string, string>> = {}): Promise<Embedded> {
    const opened = await Embedded.open(readConfig({ data: directory }, env), makeLog('silent', 'test'));
    await opened.start();
    return opened;
  }

  async function begin(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { port } = upstream.address() as AddressInfo;
    const http_request = { uri: `http://127.0.0.1:${port}/`, method: 'GET', pollingInterval: 1, ...fields };
    const task = { name: 'ask', taskReferenceName: 'ask', type: 'HTTP_POLL', inputParameters: { http_request } };
    const parsed = parseWorkflowDef({ name: 'wf', version: 1, tasks: [task] });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    const { gateway } = embedded;
    const definition = await gateway.registry.digestOf(parsed.value);
    const workflowId = crypto.randomUUID();
    const data = { definition, name: 'wf', version: 1, input: {} };
    await gateway.answers.ask(gateway.commands.make('StartWorkflow', workflowId, data));
    return workflowId;
  }

  async function ended(workflowId: string): Promise<WorkflowDocument> {
    for (;;) {
      const workflow = await embedded.gateway.views.workflow(workflowId);
      if (workflow !== undefined && workflow.status !== 'RUNNING') return workflow;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
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
