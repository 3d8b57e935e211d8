import type { Command } from '@dacapo/contracts';
import { decide, type WorkflowState } from '@dacapo/engine';
import { type Claim, type Decision, type StoredEvent } from '@dacapo/ports';
import { sha256 } from '@dacapo/ports-testing';

import { AfterAppend } from './after-append.js';
import { Alarms } from './alarms.js';
import { CommandIds } from './command-ids.js';
import { Confirmations } from './confirmations.js';
import { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import { ReactionSender } from './reaction-sender.js';
import type { Progress } from './recovery.js';
import { aWorkflowDef, simple, subWorkflow, wait } from './testing/definitions.js';
import { House } from './testing/house.js';
import { TemporaryStore } from './testing/temporary-store.js';

describe('AfterAppend', () => {
  let store: TemporaryStore;
  let house: House;
  let memory: LaneMemory;
  let progress: Progress;
  let confirmations: Confirmations;
  let after: AfterAppend;
  let claim: Claim;
  const rung: string[] = [];

  beforeAll(async () => {
    store = await TemporaryStore.open();
  });

  afterAll(() => store.remove());

  beforeEach(async () => {
    house = await House.open({ partitionCount: 1, store });
    const { clock, log, journal, registry } = house;
    rung.length = 0;
    memory = new LaneMemory(journal, house.snapshots, { statesMax: 10, endedMax: 0 });
    progress = { eventOffset: 1, commandOffset: 0, time: 0, last: undefined, ids: new CommandIds([]) };
    confirmations = new Confirmations();
    const alarms = new Alarms(
      clock,
      (ids) => rung.push(...ids),
      () => undefined,
    );
    const sender = new ReactionSender(journal, registry, confirmations, log);
    after = new AfterAppend({ memory, alarms, sender, progress, confirmations, clock, log });
    claim = await journal.claim(0, 'test', { offset: 0, epoch: 0 });
  });

  afterEach(async () => {
    after.stop();
    await house.close();
  });

  /** Decides and appends the commands, one after the other, as a lane does; `after` does not know of it yet. */
  const appended = async (
    ...commands: readonly Command[]
  ): Promise<[Decision[], readonly (readonly StoredEvent[])[]]> => {
    const from = await house.journal.end(0);
    const decisions = commands.map((command, index): Decision => {
      const offset = from + index;
      const { state, events } = decide(memory.get(command.workflowId), command, {
        now: house.clock.now(),
        causation: `0:${offset}`,
        epoch: claim.epoch,
        hash: sha256,
        flow: (digest) => house.registry.flow(digest),
      });
      if (state !== undefined) memory.set(state);
      return { command, offset, time: house.clock.now(), events };
    });
    return [decisions, await claim.append(decisions)];
  };
  const take = async (...commands: readonly Command[]): Promise<void> => after.take(...(await appended(...commands)));
  const state = (id: string): WorkflowState => memory.get(id) as WorkflowState;

  it('moves the positions to the end of what was stored', async () => {
    const start = house.startCommand(await house.define([aWorkflowDef('wf', [simple('a')])]));
    const [decisions, stored] = await appended(start, house.command('PauseWorkflow', start.workflowId, {}));
    expect(progress.eventOffset).toBe(1);
    after.take(decisions, stored);
    const last = stored.at(-1)?.at(-1);
    expect(progress).toMatchObject({
      eventOffset: await house.journal.end(0),
      commandOffset: await house.journal.end(0),
      last: { offset: last?.offset, hash: last?.event.hash },
    });
    expect(after.safeOffset).toBe(progress.eventOffset);
  });

  it('counts a repeat, that left no event, as decided', async () => {
    const command = house.startCommand('any');
    const decided = confirmations.all([command.id]);
    after.take([{ command, offset: 7, time: 1, events: [] }], [[]]);
    await decided;
    expect(progress).toMatchObject({ commandOffset: 8, eventOffset: 1 });
  });

  it('lets ended workflows leave memory', async () => {
    const start = house.startCommand(await house.define([aWorkflowDef('wf', [simple('a')])]));
    await take(start);
    expect(memory.get(start.workflowId)).toBeDefined();
    await take(house.command('TerminateWorkflow', start.workflowId, {}));
    expect(memory.get(start.workflowId)).toBeUndefined();
  });

  describe('sets alarms', () => {
    it('at the earliest of what the events set, none for ended workflows', async () => {
      const digest = await house.define([
        aWorkflowDef('wf', [wait('w', '10 seconds')], { timeoutSeconds: 60, timeoutPolicy: 'TIME_OUT_WF' }),
      ]);
      const [start, other] = [house.startCommand(digest), house.startCommand(digest)];
      await take(start, other);
      await take(house.command('TerminateWorkflow', other.workflowId, {}));
      house.clock.advance(10_000);
      expect(rung).toEqual([start.workflowId]);
    });

    it('anew after a timer fired', async () => {
      const digest = await house.define([
        aWorkflowDef('wf', [wait('w', '10 seconds'), simple('a')], {
          timeoutSeconds: 60,
          timeoutPolicy: 'TIME_OUT_WF',
        }),
      ]);
      const start = house.startCommand(digest);
      await take(start);
      house.clock.advance(10_000);
      await take(house.command('FireTimer', start.workflowId, { due: house.clock.now() }));
      expect(rung).toHaveLength(1);
      house.clock.advance(49_999);
      expect(rung).toHaveLength(1);
      house.clock.advance(1);
      expect(rung).toHaveLength(2);
    });

    it('a little later when the log called the timer early (I16)', async () => {
      const start = house.startCommand(await house.define([aWorkflowDef('wf', [wait('w', '10 seconds')])]));
      await take(start);
      const due = house.clock.now() + 10_000;
      // The lane's clock runs ahead of the one that stamps the log.
      const [decisions, stored] = await appended(house.command('FireTimer', start.workflowId, { due }));
      expect(decisions[0]?.events[0]?.event).toMatchObject({
        type: 'CommandRejected',
        data: { code: 'TIMER_NOT_DUE' },
      });
      house.clock.moveTo(due);
      expect(rung).toEqual([start.workflowId]);
      after.take(
        decisions.map((each) => ({ ...each, time: due })),
        stored,
      );
      house.clock.advance(limits.timerSkewMs - 1);
      expect(rung).toHaveLength(1);
      house.clock.advance(1);
      expect(rung).toHaveLength(2);
    });

    it('anew after a resume', async () => {
      const digest = await house.define([aWorkflowDef('wf', [wait('w', '10 seconds')])]);
      const start = house.startCommand(digest);
      await take(start, house.command('PauseWorkflow', start.workflowId, {}));
      house.clock.advance(10_000);
      await take(house.command('FireTimer', start.workflowId, { due: house.clock.now() }));
      house.clock.advance(100_000);
      expect(rung).toHaveLength(1);
      await take(house.command('ResumeWorkflow', start.workflowId, {}));
      await Promise.resolve();
      expect(rung).toHaveLength(2);
    });
  });

  describe('sends what follows', () => {
    const startParent = async (): Promise<Command> => {
      await house.define([aWorkflowDef('child', [simple('c')])]);
      return house.startCommand(await house.define([aWorkflowDef('parent', [subWorkflow('sub', 'child')])]));
    };
    const received = async (): Promise<readonly Command[]> =>
      (await claim.commands(await house.journal.end(0)).take(10)).map(({ command }) => command);

    it('and holds the checkpoint back until it is decided', async () => {
      const from = progress.eventOffset;
      const start = await startParent();
      await take(start);
      const [child] = await received();
      expect(child).toMatchObject({
        type: 'StartWorkflow',
        repeatable: true,
        data: { name: 'child', parent: { workflowId: start.workflowId } },
      });
      expect(after.safeOffset).toBe(from);
      confirmations.decided(child?.id ?? '');
      await turn();
      expect(after.safeOffset).toBe(progress.eventOffset);
    });

    it('again and again while sending fails', async () => {
      const start = await startParent();
      house.journal.sendFaults.push('refused', 'refused');
      await take(start);
      for (const count of [1, 2]) {
        await house.log.until('could not be sent', count);
        expect(after.safeOffset).toBeLessThan(progress.eventOffset);
        await turn();
        house.clock.advance(limits.retryMs);
      }
      expect(await received()).toHaveLength(1);
    });

    it('no more after stop', async () => {
      const start = await startParent();
      house.journal.sendFaults.push('refused');
      await take(start);
      await house.log.until('could not be sent');
      await turn();
      after.stop();
      house.clock.advance(limits.retryMs * 10);
      await turn();
      expect(house.log.count('could not be sent')).toBe(1);
      expect(after.safeOffset).toBeLessThan(progress.eventOffset);
    });

    it('that a recovery found', async () => {
      after.resend([], 0);
      expect(after.safeOffset).toBe(1);
      after.resend(
        [{ kind: 'start-request', id: 'x:1', workflowId: 'w', name: 'unknown', input: {}, requester: 'w2' }],
        0,
      );
      expect(after.safeOffset).toBe(0);
      expect(await received()).toMatchObject([{ type: 'RecordFailureWorkflowRefusal', workflowId: 'w2' }]);
      expect(state('w')).toBeUndefined();
    });
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
