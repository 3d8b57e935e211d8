/** Several processes of each role share the work: some die, some are told to go, some come, and orders go on. */
import { orderTasks } from '@dacapo/examples';

import { describeWithServers, expectWhole, Installation } from './harness.js';

const orders = 30;
/** What Kafka takes to miss a member, and the lanes to begin anew (issue: 10 s). */
const recoveryMs = 10_000;

describeWithServers('three engines, two gateways, projectors and dispatchers', () => {
  const installation = new Installation();

  beforeAll(async () => {
    await installation.start('--engines', '3', '--gateways', '2', '--projectors', '2', '--dispatchers', '2');
    await installation.registerOrder('kafka');
    await installation.startWorker(orderTasks);
  }, 90_000);

  afterAll(async () => {
    expect(await installation.stop()).toBe(0);
  }, 60_000);

  /** The order begins in a partition of its own choice; the events tell who has worked on it. */
  const begun = async (ids: readonly string[]): Promise<boolean> =>
    (await Promise.all(ids.map((id) => installation.ask(`/workflow/${id}?includeTasks=false`)))).every(
      (workflow) => workflow !== undefined,
    );

  it('share the orders', async () => {
    for (const id of await installation.startOrders(orders)) await expectWhole(installation, id);
  }, 120_000);

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'go on when an engine, a projector and a dispatcher end by %s, soon',
    async (signal) => {
      const before = await installation.startOrders(orders);
      for (const role of ['engine', 'projector', 'dispatcher']) installation.killRole(role, signal);
      const begin = Date.now();
      const behind = await installation.startOrders(orders);
      await installation.until('all to have begun', () => begun(behind));
      expect(Date.now() - begin).toBeLessThan(recoveryMs);
      for (const id of [...before, ...behind]) await expectWhole(installation, id);
    },
    180_000,
  );

  it('leave no dead letter behind', async () => {
    expect(await installation.deadLetters()).toEqual([]);
  });
});
