import 'reflect-metadata';

import { callerOf } from '../testing/call.js';
import { startTestServer } from '../testing/test-server.js';
import type { HttpResponse } from './configure-http.js';

describe('options of the server', () => {
  it('let configured hosts and origins in, and tell of every response', async () => {
    const responses: HttpResponse[] = [];
    const server = await startTestServer({
      hosts: ['flows.example'],
      origins: ['https://ui.example'],
      onResponse: (response) => responses.push(response),
    });
    try {
      const call = callerOf(server.app);
      const own = { host: 'FLOWS.example:443' };
      expect(await call('GET', '/health', { headers: own })).toMatchObject({ status: 200 });
      expect(await call('GET', '/health', { headers: { ...own, origin: 'https://ui.example' } })).toMatchObject({
        status: 200,
      });
      expect(await call('GET', '/health', { headers: { ...own, origin: 'https://ui.example.evil' } })).toMatchObject({
        status: 403,
      });
      expect(await call('GET', '/api/workflow/x')).toMatchObject({ status: 404 });
      expect(responses.map(({ method, route, status }) => [method, route, status])).toEqual([
        ['GET', '/health', 200],
        ['GET', '/health', 200],
        ['GET', '/health', 403],
        ['GET', '/api/workflow/:workflowId', 404],
      ]);
    } finally {
      await server.close();
    }
  });
});
