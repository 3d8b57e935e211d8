/** Built-in tasks in the dispatcher: HTTP_POLL from its first round to its last, also when the dispatcher is killed in between. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describeWithServers, Installation } from './harness.js';

const kept = 10;

describeWithServers('built-in tasks in the dispatcher', () => {
  const installation = new Installation();
  let upstream: Server;
  let isDone = false;
  let rounds = 0;

  beforeAll(async () => {
    upstream = createServer((_request, response) => {
      rounds += 1;
      response.end(JSON.stringify({ isDone }));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    await installation.start();
    const { port } = upstream.address() as AddressInfo;
    const http_request = {
      uri: `http://127.0.0.1:${port}/`,
      method: 'GET',
      pollingInterval: 1,
      terminationCondition: '$.output.response.body.isDone',
    };
    await installation.api('PUT', '/metadata/workflow', [
      {
        name: 'asking',
        version: 1,
        tasks: [{ name: 'ask', taskReferenceName: 'ask', type: 'HTTP_POLL', inputParameters: { http_request } }],
      },
    ]);
    await installation.api('POST', '/metadata/taskdefs', [{ name: 'ask', retryCount: 0, responseTimeoutSeconds: 5 }]);
  }, 60_000);

  afterAll(async () => {
    expect(await installation.stop()).toBe(0);
    await new Promise((resolve) => upstream.close(resolve));
  }, 60_000);

  const start = (): Promise<string> => installation.api<string>('POST', '/workflow', { name: 'asking', input: {} });

  it('goes round until its condition holds', async () => {
    isDone = false;
    const workflowId = await start();
    await installation.until('a second round', () => rounds > 1);
    isDone = true;
    await installation.completed(workflowId);
  }, 60_000);

  it('goes on when the dispatcher has been killed', async () => {
    isDone = false;
    rounds = 0;
    const workflowIds = await Promise.all(Array.from({ length: kept }, start));
    await installation.until('the first rounds', () => rounds >= kept);
    const pid = installation.pidOf('dispatcher');
    installation.killRole('dispatcher');
    await installation.until('the dispatcher to be started again', () => {
      const now = installation.pidOf('dispatcher');
      return now !== undefined && now !== pid;
    });
    isDone = true;
    for (const workflowId of workflowIds) await installation.completed(workflowId);
  }, 120_000);
});
