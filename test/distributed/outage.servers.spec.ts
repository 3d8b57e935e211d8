/**
 * The broker and the database are killed while orders are on their way. They are servers of this suite's own, because other suites use the
 * common ones: `DACAPO_SERVERS_DIR=/tmp/x npm run servers -- start`, then run with `DACAPO_OUTAGE_SERVERS_DIR=/tmp/x`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { orderWorkers } from '@dacapo/examples';

import { expectWhole, Installation } from './harness.js';

const directory = env['DACAPO_OUTAGE_SERVERS_DIR'];
const orders = 20;
const outageMs = 3_000;

function servers(...words: readonly string[]): void {
  const result = spawnSync(execPath, ['test/servers/servers.mjs', ...words], {
    env: { ...env, DACAPO_SERVERS_DIR: directory },
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`${result.stdout}${result.stderr}`);
}

function addresses(): Readonly<Record<string, string>> {
  const text = readFileSync(join(directory ?? '', 'env'), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^export ([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

if (directory === undefined) {
  describe('outages', () => {
    // oxlint-disable-next-line jest/no-disabled-tests -- prints why
    it.skip('are not proven: DACAPO_OUTAGE_SERVERS_DIR is not set (servers of its own, see this file)', () =>
      undefined);
  });
} else {
  describe('outages', () => {
    let installation: Installation;

    beforeAll(async () => {
      servers('start');
      const found = addresses();
      installation = new Installation(found['DACAPO_KAFKA_BROKERS'], found['DACAPO_MONGO_URL']);
      await installation.start();
      await installation.registerOrder('kafka');
      await installation.startWorker(orderWorkers);
    }, 120_000);

    afterAll(async () => {
      await installation.stop();
    }, 60_000);

    it.each(['kafka', 'mongo'])(
      'lose and double nothing when %s is killed in the middle',
      async (server) => {
        const workflowIds = [...(await installation.startOrders(orders))];
        await installation.until('the first order to begin', async () => {
          const found = await Promise.all(workflowIds.map((id) => installation.ask(`/workflow/${id}`)));
          return found.some((workflow) => workflow !== undefined);
        });
        servers('kill', server);
        const published = installation.startOrders(orders);
        await pause(outageMs);
        servers('start');
        workflowIds.push(...(await published));
        for (const workflowId of workflowIds) await expectWhole(installation, workflowId);
      },
      180_000,
    );
  });
}
