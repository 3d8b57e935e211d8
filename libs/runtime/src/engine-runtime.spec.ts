import { setTimeout as pause } from 'node:timers/promises';

import type { EngineRuntime } from './engine-runtime.js';
import { limits } from './limits.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { HandAssignment } from './testing/hand-assignment.js';
import { House } from './testing/house.js';
import { overriding } from './testing/temporary-store.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('engines that share partitions', () => {
  let house: House;
  let digest: string;
  const engines: EngineRuntime[] = [];

  beforeEach(async () => {
    house = await House.open({ partitionCount: 4 });
    await house.gateway.start();
    digest = await house.define([aWorkflowDef('wf', [simple('a'), simple('b')])]);
    engines.length = 0;
  });

  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await house.close();
  });

  const engineOf = (assignment: HandAssignment): EngineRuntime => {
    const engine = house.makeEngine(assignment);
    engines.push(engine);
    return engine;
  };
  const settled = async (engine: EngineRuntime): Promise<void> => {
    for (let tries = 0; tries < 2000 && !engine.isReady; tries++) await turn();
    expect(engine.isReady).toBe(true);
  };
  const claimsOf = async (partition: number): Promise<number> => {
    let count = 0;
    for await (const { events } of house.journal.read(partition, 0))
      count += events.filter(({ event }) => event.type === 'PartitionClaimed').length;
    return count;
  };
  /** Its owner has written a checkpoint while it was at work. */
  const checkpointed = async (): Promise<void> => {
    house.clock.advance(limits.checkpointMs);
    await house.begin(digest);
    while ((await house.snapshots.checkpoint(0))?.heldBy === undefined) await turn();
  };

  it('work on one workflow after the other, with no claim too many and no wait', async () => {
    const [first, second] = [new HandAssignment([0, 1, 2, 3]), new HandAssignment([])];
    await engineOf(first).start();
    await engineOf(second).start();
    const ids = [];
    for (const partition of [0, 1, 2, 3]) ids.push(await house.begin(digest, partition));
    const begun = house.clock.now();
    first.assign([0, 1]);
    second.assign([2, 3]);
    for (const engine of engines) await settled(engine);
    expect(engines.map(({ owned }) => owned)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    for (const id of ids) for (const task of ['a', 'b']) await house.complete(id, task);
    for (const id of ids) expect(await house.verify(id)).toMatchObject({ valid: true, violations: [] });
    expect(await Promise.all([0, 1, 2, 3].map(claimsOf))).toEqual([1, 1, 2, 2]);
    expect(house.clock.now() - begun).toBeLessThan(limits.handOverMs);
  });

  it('wait for the last checkpoint of an owner that is at work still, and fold nothing of its tail', async () => {
    const [first, second] = [new HandAssignment([0]), new HandAssignment([0])];
    await engineOf(first).start();
    const id = await house.begin(digest);
    await house.complete(id, 'a');
    await checkpointed();
    const next = engineOf(second);
    void next.start();
    for (let look = 0; look < 5; look++) {
      house.clock.advance(limits.handOverLookMs);
      await turn();
    }
    expect([await claimsOf(0), next.isReady]).toEqual([1, false]);
    first.assign([]);
    while ((await house.snapshots.checkpoint(0))?.heldBy !== undefined) await turn();
    house.clock.advance(limits.handOverLookMs);
    await settled(next);
    await house.complete(id, 'b');
    expect(await house.verify(id)).toMatchObject({ valid: true });
  });

  it('go on without one that has died, after a while', async () => {
    let isDead = false;
    const { snapshots } = house;
    house.snapshots = overriding(snapshots, {
      save: (...all) => (isDead ? Promise.reject(new Error('dead')) : snapshots.save(...all)),
    });
    await engineOf(new HandAssignment([0])).start();
    const id = await house.begin(digest);
    await house.complete(id, 'a');
    await checkpointed();
    isDead = true;
    await house.die();
    engines.length = 0;
    const next = engineOf(new HandAssignment([0]));
    await house.gateway.start();
    void next.start();
    for (let waited = 0; waited < limits.handOverMs - limits.handOverLookMs; waited += limits.handOverLookMs) {
      house.clock.advance(limits.handOverLookMs);
      await turn();
    }
    expect(next.isReady).toBe(false);
    for (let look = 0; look < 200 && !next.isReady; look++) {
      house.clock.advance(limits.handOverLookMs);
      await turn();
    }
    await settled(next);
    await house.complete(id, 'b');
    expect(await house.verify(id)).toMatchObject({ valid: true });
  });

  it('do not take back what they have lost before they know that it is theirs', async () => {
    const lost = new HandAssignment([0]);
    const loser = engineOf(lost);
    await loser.start();
    const id = await house.begin(digest);
    lost.isAway = true;
    const winner = engineOf(new HandAssignment([0]));
    await winner.start();
    await house.complete(id, 'a');
    // The store takes its time: who is about to claim has got as far meanwhile.
    for (let look = 0; look < 50; look++) {
      house.clock.advance(1_000);
      await pause(5);
    }
    expect(await claimsOf(0)).toBe(2);
    lost.assign([]);
    await house.complete(id, 'b');
    await turn();
    expect([await claimsOf(0), loser.owned, await house.verify(id)]).toMatchObject([2, [], { valid: true }]);
  });

  it('stop while they wait for the word of the group', async () => {
    const away = new HandAssignment([0]);
    const engine = engineOf(away);
    await engine.start();
    away.isAway = true;
    await engineOf(new HandAssignment([0])).start();
    await house.begin(digest);
    house.clock.advance(10_000);
    await turn();
    await engine.stop();
    expect(away.isClosed).toBe(true);
  });

  it('take up again what they have just let go', async () => {
    const assignment = new HandAssignment([0, 1]);
    const engine = engineOf(assignment);
    await engine.start();
    const id = await house.begin(digest);
    for (const partitions of [[1], [0, 1], [], [0], [0, 1]]) assignment.assign(partitions);
    await settled(engine);
    for (const task of ['a', 'b']) await house.complete(id, task);
    expect([engine.owned, await house.verify(id)]).toMatchObject([[0, 1], { valid: true }]);
  });
});
