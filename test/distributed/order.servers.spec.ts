/** Four processes on real servers: the order by Kafka workers and by REST workers, and any one process killed in the middle. */
import { orderInput, orderTypes, orderTasks, orderWorkers, type WorkerTask } from '@dacapo/examples';

import { describeWithServers, expectWhole, Installation } from './harness.js';

interface PolledTask extends WorkerTask {
  readonly taskId: string;
  readonly workflowInstanceId: string;
}

const ordersPerKill = 10;

describeWithServers('four processes on Kafka and MongoDB', () => {
  const installation = new Installation();

  beforeAll(async () => {
    await installation.start();
    await installation.registerOrder('kafka');
    await installation.startWorker(orderTasks);
  }, 60_000);

  afterAll(async () => {
    expect(await installation.stop()).toBe(0);
  }, 60_000);

  it('completes an order that was published to the inbox, with workers that consume task topics', async () => {
    const [workflowId = ''] = await installation.startOrders(1);
    await expectWhole(installation, workflowId);
  }, 60_000);

  it.each(['gateway', 'engine', 'projector', 'dispatcher'])(
    'loses and doubles nothing when the %s is killed in the middle',
    async (role) => {
      const workflowIds = await installation.startOrders(ordersPerKill);
      // In the middle: some have begun, none is through.
      await installation.until('the first order to begin', async () => {
        const found = await Promise.all(
          workflowIds.map((id) => installation.ask(`/workflow/${id}?includeTasks=false`)),
        );
        return found.some((workflow) => workflow !== undefined);
      });
      const pid = installation.pidOf(role);
      installation.killRole(role);
      await installation.until(`the ${role} to be started again`, () => {
        const now = installation.pidOf(role);
        return now !== undefined && now !== pid;
      });
      await installation.until(
        'health',
        async () => (await fetch(`${installation.url}/health`).catch(() => undefined))?.ok ?? false,
      );
      for (const workflowId of workflowIds) await expectWhole(installation, workflowId);
    },
    120_000,
  );

  it('serves workers that poll over REST', async () => {
    const types = orderTypes.map((type) => `polled_${type}`);
    const definition = await installation.api<Record<string, unknown>>('GET', '/metadata/workflow/order');
    const polled = JSON.parse(
      JSON.stringify(definition).replaceAll(/"name":"((?:charge|reserve|notify|ship)_\w+)"/g, '"name":"polled_$1"'),
    ) as object;
    await installation.api(
      'POST',
      '/metadata/taskdefs',
      types.map((name) => ({ name, retryCount: 3, retryDelaySeconds: 1 })),
    );
    await installation.api('PUT', '/metadata/workflow', [{ ...polled, name: 'polled_order' }]);
    const workflowId = await installation.api<string>('POST', '/workflow', {
      name: 'polled_order',
      input: orderInput('o-2'),
    });
    const stop = new AbortController();
    const workers = orderTypes.map(async (type) => {
      while (!stop.signal.aborted) {
        const path = `/tasks/poll/batch/polled_${type}?workerid=rest&count=1&timeout=300`;
        for (const task of await installation.api<readonly PolledTask[]>('GET', path)) {
          const { taskId, workflowInstanceId } = task;
          await installation.api('POST', '/tasks', { taskId, workflowInstanceId, ...orderWorkers[type](task) });
        }
      }
    });
    await expectWhole(installation, workflowId);
    stop.abort();
    await Promise.all(workers);
  }, 60_000);

  it('leaves no dead letter behind, whatever came twice', async () => {
    expect(await installation.deadLetters()).toEqual([]);
  });
});
