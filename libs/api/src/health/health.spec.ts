import 'reflect-metadata';

import { callerOf } from '../testing/call.js';
import { startTestServer } from '../testing/test-server.js';

describe('health', () => {
  it('is bad once the gateway has stopped', async () => {
    const server = await startTestServer();
    try {
      await server.gateway.stop();
      expect(await callerOf(server.app)('GET', '/health')).toMatchObject({
        status: 503,
        json: { healthy: false, healthResults: [], suppressedHealthResults: [] },
      });
    } finally {
      await server.close();
    }
  });
});
