/**
 * Runs all scenarios with Conductor's published client, unmodified, against a server: `node scenarios/run.mjs URL`. The last line is one JSON
 * object: for each scenario what went wrong, if anything, and the workflows that it left behind.
 */
import { OrkesClients, TaskManager } from '@io-orkes/conductor-javascript';

import { builtIns } from './built-ins.mjs';
import { control } from './control.mjs';
import { Scenario } from './kit.mjs';
import { operators } from './operators.mjs';
import { structures } from './structures.mjs';

const scenarios = Object.entries({ ...operators, ...structures, ...control, ...builtIns });
const [url, only] = process.argv.slice(2);
const atOnce = 6;
const silent = { debug() {}, info() {}, error() {} };
const clients = await OrkesClients.from({ serverUrl: `${url}/api`, logger: silent });

const workers = [
  { taskDefName: 'echo', execute: async ({ inputData }) => ({ status: 'COMPLETED', outputData: inputData ?? {} }) },
  {
    taskDefName: 'flaky',
    execute: async ({ inputData, retryCount = 0 }) =>
      retryCount < inputData.failures
        ? { status: 'FAILED', reasonForIncompletion: 'flaky', outputData: {} }
        : { status: 'COMPLETED', outputData: { tries: retryCount + 1 } },
  },
  {
    taskDefName: 'doomed',
    execute: async () => ({ status: 'FAILED_WITH_TERMINAL_ERROR', reasonForIncompletion: 'doomed', outputData: {} }),
  },
];

const def = (name, fields) => ({ name, retryCount: 0, responseTimeoutSeconds: 60, ownerEmail: 'a@b.c', ...fields });
await clients
  .getMetadataClient()
  .registerTasks([
    def('echo'),
    def('flaky', { retryCount: 3, retryDelaySeconds: 0 }),
    def('doomed', { retryCount: 3 }),
    def('by_hand'),
  ]);

async function outcomeOf([name, scenario]) {
  const s = new Scenario(name, clients, url);
  const begun = Date.now();
  try {
    await scenario(s);
    return { name, workflowIds: s.workflowIds, ms: Date.now() - begun };
  } catch (error) {
    return { name, workflowIds: s.workflowIds, ms: Date.now() - begun, error: error.message };
  }
}

const manager = new TaskManager(clients.getClient(), workers, {
  logger: silent,
  options: { workerID: 'scenarios', pollInterval: 10, concurrency: 20 },
});
manager.startPolling();
const left = scenarios.filter(([name]) => only === undefined || name.includes(only));
const outcomes = [];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) outcomes.push(await outcomeOf(next));
  }),
);
await manager.stopPolling();
process.stdout.write(`${JSON.stringify({ names: scenarios.map(([name]) => name), outcomes })}\n`);
process.exit(0);
