/** A task that goes back to its queue when the gateway does not have its document any more: it must be read, or nobody ever gets it. */
import { DaCapoError, type TaskDocument } from '@dacapo/contracts';

import { limits } from './limits.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { House } from './testing/house.js';
import { overriding, TemporaryStore } from './testing/temporary-store.js';

type Read = (taskId: string) => Promise<TaskDocument | undefined>;

const poll = { queue: 'a', workerId: 'w', count: 1, timeoutMs: 0 };
const someTurns = 100;
const deadlineMs = 3_000;

async function turns(): Promise<void> {
  for (let turn = 0; turn < someTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** How many tasks a worker gets after one has been given back, when the store reads tasks like this. */
async function pollAfterReturn(readWith: (real: Read, whenProjected: () => Promise<void>) => Read): Promise<number> {
  const store = await TemporaryStore.open();
  const { readStore, snapshots } = store;
  let read: Read = (taskId) => readStore.task(taskId);
  const house = await House.open({
    store: { readStore: overriding(readStore, { task: (taskId) => read(taskId) }), snapshots },
  });
  const whenProjected = async (): Promise<void> => {
    while (house.gateway.unprojected > 0) await turns();
  };
  try {
    await house.start();
    await house.projection.start((error) => {
      throw error;
    });
    const id = await house.begin(await house.define([aWorkflowDef('wf', [simple('a')])]));
    expect(await house.gateway.poller.poll(poll)).toHaveLength(1);
    await whenProjected();
    read = readWith((taskId) => readStore.task(taskId), whenProjected);
    await house.ask('ProgressTask', id, { taskId: house.taskId(id, 'a'), callbackAfterSeconds: 0 });
    await whenProjected();
    await turns();
    house.clock.advance(limits.retryMs);
    const deadline = Date.now() + deadlineMs;
    while (house.gateway.ready.size('a') === 0 && Date.now() < deadline) await turns();
    return (await house.gateway.poller.poll(poll)).length;
  } finally {
    await house.projection.stop();
    await house.close();
    await store.remove();
  }
}

describe('a task that goes back to its queue', () => {
  it('is handed out again', async () => {
    expect(await pollAfterReturn((real) => real)).toBe(1);
  });

  it('also when the store was away for a moment', async () => {
    let failures = 1;
    const read =
      (real: Read): Read =>
      async (taskId) => {
        if (failures-- > 0) throw new DaCapoError('STORE_UNAVAILABLE', 'a fault of the test');
        return real(taskId);
      };
    expect(await pollAfterReturn(read)).toBe(1);
  });

  it('also when the read model takes the event over while the old document is on its way', async () => {
    const read =
      (real: Read, whenProjected: () => Promise<void>): Read =>
      async (taskId) => {
        const old = await real(taskId);
        await turns();
        await whenProjected();
        return old;
      };
    expect(await pollAfterReturn(read)).toBe(1);
  });
});
