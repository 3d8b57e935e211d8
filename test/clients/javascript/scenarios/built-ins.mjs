/** Tasks that the server does itself and that leave the process. */
import { createServer } from 'node:http';
import { once } from 'node:events';

import { echo, is, line, match, ok, same, task } from './kit.mjs';

async function withServer(answer, use) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const http = (reference, request, fields = {}) =>
  task('HTTP', reference, { inputParameters: { http_request: request }, ...fields });

export const builtIns = {
  'HTTP sends and reads JSON': async (s) => {
    const seen = [];
    await withServer(
      (request, response) => {
        let body = '';
        request
          .on('data', (part) => (body += part))
          .on('end', () => {
            seen.push({ method: request.method, url: request.url, body, header: request.headers['x-a'] });
            response.writeHead(201, { 'content-type': 'application/json' }).end('{"n":[1,2]}');
          });
      },
      async (url) => {
        const id = await s.run(
          [
            http('h', {
              uri: `${url}/p?q=1`,
              method: 'POST',
              headers: { 'x-a': 'b' },
              body: { v: '${workflow.input.v}' },
            }),
            echo('z', { n: '${h.output.response.body.n}' }),
          ],
          { v: 5 },
        );
        const workflow = await s.ended(id);
        const { response } = workflow.tasks[0].outputData;
        is(response.statusCode, 201);
        same(response.body, { n: [1, 2] });
        same(workflow.tasks[1].inputData, { n: [1, 2] });
        same(seen, [{ method: 'POST', url: '/p?q=1', body: '{"v":5}', header: 'b' }]);
      },
    );
  },
  'HTTP that is answered with an error fails': async (s) => {
    await withServer(
      (_request, response) => response.writeHead(404, 'Not Found').end('no'),
      async (url) => {
        const workflow = await s.ended(await s.run([http('h', { uri: url, method: 'GET' })]), 'FAILED');
        match(
          workflow.tasks[0].reasonForIncompletion,
          /^Failed to invoke HTTP task due to: java\.lang\.Exception: 404 Not Found/,
        );
        is(typeof workflow.tasks[0].outputData.response, 'string');
      },
    );
  },
  'HTTP to nobody, and without an address': async (s) => {
    const refused = await s.ended(await s.run([http('h', { uri: 'http://127.0.0.1:9/', method: 'GET' })]), 'FAILED');
    match(refused.tasks[0].reasonForIncompletion, /^Failed to invoke HTTP task due to/);
    const name = await s.define([http('h', { method: 'GET' })], {}, ' without');
    match((await s.ended(await s.start(name), 'FAILED')).tasks[0].reasonForIncompletion, /^Missing HTTP URI\./);
  },
  'HTTP that is completed from outside': async (s) => {
    await withServer(
      (_request, response) => response.end('{}'),
      async (url) => {
        const id = await s.run([http('h', { uri: url, method: 'GET' }, { asyncComplete: true }), echo('z')]);
        await s.reached(id, 'h', 'IN_PROGRESS');
        await s.end(id, 'h', 'COMPLETED', { by: 'somebody' });
        is(line(await s.ended(id)), 'h COMPLETED, z COMPLETED');
      },
    );
  },
  'HTTP is retried by the definition of its name': async (s) => {
    await s.metadata.registerTasks([
      { name: 'call_twice', retryCount: 2, retryDelaySeconds: 0, responseTimeoutSeconds: 60, ownerEmail: 'a@b.c' },
    ]);
    let calls = 0;
    await withServer(
      (_request, response) => response.writeHead(++calls < 2 ? 500 : 200).end(),
      async (url) => {
        const workflow = await s.ended(await s.run([http('h', { uri: url, method: 'GET' }, { name: 'call_twice' })]));
        same(
          workflow.tasks.map(({ status }) => status),
          ['FAILED', 'COMPLETED'],
        );
      },
    );
  },
  'HTTP_POLL asks until it is content': async (s) => {
    let calls = 0;
    await withServer(
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ done: ++calls >= 2 })),
      async (url) => {
        const inputParameters = {
          http_request: {
            uri: url,
            method: 'GET',
            terminationCondition: '$.output.response.body.done === true',
            pollingInterval: 1,
            pollingStrategy: 'FIXED',
          },
        };
        const workflow = await s.ended(await s.run([task('HTTP_POLL', 'h', { inputParameters })]));
        is(workflow.tasks[0].outputData.response.body.done, true);
        ok(calls >= 2);
      },
    );
  },
  'KAFKA_PUBLISH says what it misses': async (s) => {
    const workflow = await s.ended(
      await s.run([task('KAFKA_PUBLISH', 'k', { inputParameters: { kafka_request: { topic: 't', value: 'v' } } })]),
      'FAILED',
    );
    match(workflow.tasks[0].reasonForIncompletion, /No boot strap servers specified/);
  },
};
