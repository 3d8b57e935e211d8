/** Polls over real sockets: what happens when the worker goes away. */
import 'reflect-metadata';

import { request } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Caller, callerOf } from './testing/call.js';
import { simpleTask, workflowDef } from './testing/definitions.js';
import { startTestServer, type TestServer } from './testing/test-server.js';

let server: TestServer;
let call: Caller;
let port: number;

beforeAll(async () => {
  server = await startTestServer();
  call = callerOf(server.app);
  await server.app.listen(0, '127.0.0.1');
  port = (server.app.getHttpServer().address() as AddressInfo).port;
  await call('POST', '/api/metadata/workflow', { body: workflowDef('one', [simpleTask('work')]) });
});

afterAll(async () => {
  const { errors } = server;
  await server.close();
  expect(errors).toEqual([]);
});

/** Resolves when the poll is parked. */
async function parked(): Promise<void> {
  while (!server.gateway.poller.pollData().some(({ workerId }) => workerId === 'gone')) await turn();
  for (let i = 0; i < 5; i++) await turn();
}

/** Resolves when the server has noticed that nobody is there any more. */
async function disconnected(): Promise<void> {
  const http = server.app.getHttpServer();
  const count = (): Promise<number> =>
    new Promise((resolve, reject) =>
      http.getConnections((error, connections) => (error ? reject(error) : resolve(connections))),
    );
  while ((await count()) > 0) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a worker that goes away while it polls', () => {
  it('takes no task with it', async () => {
    const poll = request({ port, path: '/api/tasks/poll/batch/work?workerid=gone&timeout=5000', host: '127.0.0.1' });
    poll.on('error', () => undefined);
    poll.end();
    await parked();
    poll.destroy();
    await disconnected();
    const { text: id } = await call('POST', '/api/workflow', { body: { name: 'one' } });
    const { json } = await call('GET', '/api/tasks/poll/batch/work?workerid=here&timeout=5000');
    expect(json).toMatchObject([{ workflowInstanceId: id, workerId: 'here' }]);
  });
});

describe('several workers that wait', () => {
  it('get one task each', async () => {
    const polls = Array.from({ length: 5 }, (_, index) =>
      call('GET', `/api/tasks/poll/batch/work?workerid=w${index}&timeout=5000&count=3`),
    );
    await turn();
    const starts = await Promise.all(polls.map(() => call('POST', '/api/workflow', { body: { name: 'one' } })));
    const tasks = (await Promise.all(polls)).flatMap(({ json }) => json as { workflowInstanceId: string }[]);
    const rest = (await call('GET', '/api/tasks/poll/batch/work?count=10&timeout=0')).json as {
      workflowInstanceId: string;
    }[];
    const worked = [...tasks, ...rest].map(({ workflowInstanceId }) => workflowInstanceId);
    expect(worked.toSorted()).toEqual(starts.map(({ text }) => text).toSorted());
  });
});

describe('tasks of the server itself', () => {
  it('are nobody else`s, whoever polls for their type', async () => {
    const ask = { name: 'ask', taskReferenceName: 'ask', type: 'HTTP', inputParameters: { uri: 'http://127.0.0.1/' } };
    await call('POST', '/api/metadata/workflow', { body: workflowDef('asks', [ask]) });
    const { text: workflowId } = await call('POST', '/api/workflow', { body: { name: 'asks' } });
    expect((await call('GET', '/api/tasks/poll/batch/HTTP?count=5&timeout=0')).json).toEqual([]);
    expect((await call('GET', '/api/tasks/poll/HTTP')).status).toBe(204);
    const request = { queue: 'HTTP', workerId: 'server', count: 5, timeoutMs: 0 };
    expect(await server.gateway.poller.poll(request)).toMatchObject([{ workflowId, taskType: 'HTTP' }]);
  });
});
