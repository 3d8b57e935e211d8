import { DaCapoError } from '@dacapo/contracts';

import { limits } from './limits.js';
import { locateByReadModel } from './locate.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { House } from './testing/house.js';

describe('GatewayRuntime', () => {
  let house: House;
  let digest: string;

  beforeEach(async () => {
    house = await House.open();
    await house.start();
    digest = await house.define([aWorkflowDef('wf', [simple('a'), simple('b')])]);
  });

  afterEach(async () => {
    await house.projection.stop();
    await house.close();
  });

  const project = async (): Promise<void> => {
    await house.projection.start((error) => {
      throw error;
    });
    while (house.gateway.unprojected > 0) await turn();
  };

  it('is ready when it has taken in what the log holds, and not after its stop', async () => {
    expect(house.gateway.isReady).toBe(true);
    await house.gateway.stop();
    expect(house.gateway.isReady).toBe(false);
  });

  it('knows after a restart what is ready, from the read model and from the events behind it', async () => {
    const first = await house.begin(digest);
    await project();
    await house.projection.stop();
    const second = await house.begin(digest, 1);
    await house.engine.stop();
    await house.die();
    await house.start();
    expect(house.gateway.unprojected).toBe(2);
    const tasks = await house.gateway.poller.poll({ queue: 'a', workerId: 'w', count: 9, timeoutMs: 0 });
    expect(new Set(tasks.map(({ workflowId }) => workflowId))).toEqual(new Set([first, second]));
  });

  it('forgets the events that the read model has, whether it is told or asks', async () => {
    await house.begin(digest);
    const { gateway } = house;
    expect(gateway.unprojected).toBe(2);
    gateway.projected(0, await house.journal.end(0));
    expect(gateway.unprojected).toBe(0);
    await house.begin(digest);
    gateway.watchProjection();
    await house.readStore.saveCheckpoint('projection', 0, { offset: await house.journal.end(0), epoch: 1 });
    house.clock.advance(limits.projectionLookMs);
    while (gateway.unprojected > 0) await turn();
  });

  it('asks again when the store does not say how far it is', async () => {
    const { gateway, readStore } = house;
    let failures = 2;
    // The gateway has its store from the beginning: the fault is put into that very object.
    const checkpoint = readStore.checkpoint.bind(readStore);
    readStore.checkpoint = (reader, partition) =>
      failures-- > 0 ? Promise.reject(new DaCapoError('STORE_UNAVAILABLE', 'away')) : checkpoint(reader, partition);
    gateway.watchProjection();
    await house.begin(digest);
    await house.readStore.saveCheckpoint('projection', 0, { offset: await house.journal.end(0), epoch: 1 });
    house.clock.advance(limits.projectionLookMs);
    await house.log.until('does not say how far it is');
    await turn();
    house.clock.advance(limits.projectionLookMs);
    while (gateway.unprojected > 0) await turn();
  });

  it('puts a task back that was started for a poll that has gone', async () => {
    let abort: () => void = () => undefined;
    const poll = house.gateway.poller.poll(
      { queue: 'a', workerId: 'w', count: 1, timeoutMs: 5_000 },
      (given) => (abort = given),
    );
    await turn();
    const { ready } = house.gateway;
    const grant = ready.grant.bind(ready);
    ready.grant = (queue, domain) => {
      const granted = grant(queue, domain);
      if (granted !== undefined) abort();
      return granted;
    };
    const id = await house.begin(digest);
    expect(await poll).toEqual([]);
    await house.event(id, 'TaskProgressed');
    await turn();
    expect(await house.gateway.poller.poll({ queue: 'a', workerId: 'w2', count: 1, timeoutMs: 0 })).toMatchObject([
      { workflowId: id, workerId: 'w2' },
    ]);
  });

  describe('locateByReadModel', () => {
    it('names what the document covers and what lies behind the read model', async () => {
      const locate = locateByReadModel(house.journal, house.readStore);
      const id = await house.begin(digest);
      const end = (): Promise<number> => house.journal.end(0);
      expect(await locate(id)).toEqual([{ from: 0, to: (await end()) - 1, epoch: 0 }]);
      await project();
      await house.projection.stop();
      const { firstOffset, lastOffset } = (await house.readStore.workflow(id))!;
      expect(await locate(id)).toEqual([{ from: firstOffset, to: lastOffset }]);
      await house.complete(id, 'a');
      expect(await locate(id)).toEqual([
        { from: firstOffset, to: lastOffset },
        { from: lastOffset + 1, to: (await end()) - 1, epoch: 1 },
      ]);
    });
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
