/** The broker and the database are killed while orders are on their way. They are servers of this suite's own: others use the common ones. */
import { setTimeout as pause } from 'node:timers/promises';

import { orderTasks } from '@dacapo/examples';
import { PrivateServers } from '@dacapo/ports-testing';

import { describeWithServers, expectWhole, Installation } from './harness.js';

const orders = 20;
const outageMs = 3_000;

describeWithServers('outages', () => {
  let servers: PrivateServers;
  let installation: Installation;

  beforeAll(async () => {
    servers = await PrivateServers.start();
    installation = new Installation(servers.address('DACAPO_KAFKA_BROKERS'), servers.address('DACAPO_MONGO_URL'));
    await installation.start();
    await installation.registerOrder('kafka');
    await installation.startWorker(orderTasks);
  }, 120_000);

  afterAll(async () => {
    await installation.stop();
    await servers.remove();
  }, 60_000);

  it.each(['kafka', 'mongo'] as const)(
    'lose and double nothing when %s is killed in the middle',
    async (server) => {
      const workflowIds = [...(await installation.startOrders(orders))];
      await installation.until('the first order to begin', async () => {
        const found = await Promise.all(workflowIds.map((id) => installation.ask(`/workflow/${id}`)));
        return found.some((workflow) => workflow !== undefined);
      });
      await servers.kill(server);
      const published = installation.startOrders(orders);
      await pause(outageMs);
      await servers.start();
      workflowIds.push(...(await published));
      for (const workflowId of workflowIds) await expectWhole(installation, workflowId);
    },
    180_000,
  );
});
