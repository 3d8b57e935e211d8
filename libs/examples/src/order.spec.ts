import type { Event, TaskDocument } from '@dacapo/contracts';
import { parseTaskDef, parseWorkflowDef, type TaskDef, type WorkflowDef } from '@dacapo/definitions';
import { MemoryDefinitionLog, MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import { type ReadStore, type SnapshotStore } from '@dacapo/ports';
import { aWorkflowId, Condition, sha256 } from '@dacapo/ports-testing';
import { DefinitionRegistry, EngineRuntime, GatewayRuntime, verifyWorkflow } from '@dacapo/runtime';
import { SqliteStore } from '@dacapo/store-sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { orderInput, orderTaskDefs, type OrderTaskType, orderTypes, orderWorkers, orderWorkflowDef } from './order.js';
import { eventLine } from './print-event.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the order', () => {
  it.each(['poll', 'kafka'] as const)('is valid in every part (%s)', (delivery) => {
    expect(parseWorkflowDef(orderWorkflowDef)).toMatchObject({ ok: true });
    for (const definition of orderTaskDefs(delivery))
      expect(parseTaskDef(definition)).toMatchObject({ ok: true, value: { delivery } });
  });

  it('is charged at the second try', () => {
    const task = { inputData: { orderId: 'o-1' } };
    expect(orderWorkers.charge_card({ ...task, retryCount: 0 })).toMatchObject({ status: 'FAILED' });
    expect(orderWorkers.charge_card({ ...task, retryCount: 1 })).toMatchObject({
      outputData: { receipt: 'receipt-o-1' },
    });
  });

  describe('in one process', () => {
    let directory: string;
    let store: SqliteStore;
    let clock: VirtualClock;
    let journal: MemoryJournal;
    let registry: DefinitionRegistry;
    let gateway: GatewayRuntime;
    let engine: EngineRuntime;
    const events: Event[] = [];
    const condition = new Condition();

    beforeEach(async () => {
      events.length = 0;
      directory = await mkdtemp(join(tmpdir(), 'dacapo-order-'));
      store = await SqliteStore.open({ directory });
      const { readStore, snapshotStore }: { readStore: ReadStore; snapshotStore: SnapshotStore } = store;
      clock = new VirtualClock();
      const partitions = [0, 1];
      journal = new MemoryJournal({ partitionCount: 2, clock });
      registry = new DefinitionRegistry(new MemoryDefinitionLog(), sha256, clock);
      await registry.start();
      const listener = {
        onEvent: ({ event }: { readonly event: Event }): void => void events.push(event),
        onBatchEnd: () => condition.changed(),
      };
      const shared = { journal, registry, clock, log: silent, partitions };
      gateway = new GatewayRuntime({ ...shared, readStore, idPrefix: 'order', listeners: [listener] });
      engine = new EngineRuntime({
        ...shared,
        snapshots: snapshotStore,
        hash: sha256,
        owner: 'test',
        grant: (taskType, domain) => gateway.ready.grant(taskType, domain),
      });
      await gateway.start();
      await engine.start();
    });

    afterEach(async () => {
      await gateway.stop();
      await engine.stop();
      await journal.close();
      await store.close();
      await rm(directory, { recursive: true });
    });

    const work = async (type: OrderTaskType, task: TaskDocument): Promise<void> => {
      const { retryCount, input, workflowId, taskId } = task;
      const result = orderWorkers[type]({ retryCount, inputData: input });
      const command =
        result.status === 'COMPLETED'
          ? gateway.commands.make('CompleteTask', workflowId, { taskId, output: result.outputData })
          : gateway.commands.make('FailTask', workflowId, {
              taskId,
              reasonForIncompletion: result.reasonForIncompletion,
            });
      await gateway.answers.ask(command);
    };

    it.each([
      ['DE', 'ship_domestic', 'parcel from Leipzig'],
      ['FR', 'ship_abroad', null],
    ])('goes to %s by %s and comes to its end', async (country, shipped, parcel) => {
      await registry.putTaskDefs(
        orderTaskDefs('poll').map((definition) => (parseTaskDef(definition) as { value: TaskDef }).value),
      );
      await registry.putWorkflowDefs([(parseWorkflowDef(orderWorkflowDef) as { value: WorkflowDef }).value]);
      const { digest = '' } = (await registry.snapshotOf('order')) ?? {};
      const workflowId = aWorkflowId(0, 2);
      const data = { definition: digest, name: 'order', version: 1, input: { ...orderInput('o-1'), country } };
      await gateway.answers.ask(gateway.commands.make('StartWorkflow', workflowId, data));
      const isOver = (): boolean => events.some(({ type }) => type === 'WorkflowCompleted');
      while (!isOver()) {
        const before = events.length;
        for (const type of orderTypes)
          for (const task of await gateway.poller.poll({ queue: type, workerId: 'w', count: 9, timeoutMs: 0 }))
            await work(type, task);
        if (events.length > before) continue;
        // Nothing to do but to wait for the next timer: the retry of the charge, the second of packing.
        clock.advance(1_000);
        await condition.until(() => events.length > before);
      }
      const execution = await gateway.views.execution(workflowId);
      expect(execution?.workflow).toMatchObject({
        status: 'COMPLETED',
        output: { receipt: 'receipt-o-1', parcel, warehouse: 'Leipzig' },
      });
      const done = execution?.tasks.map(({ referenceTaskName, status }) => `${referenceTaskName} ${status}`);
      expect(done).toEqual([
        'charge FAILED',
        'charge COMPLETED',
        'prepare COMPLETED',
        'reserve COMPLETED',
        'notify COMPLETED',
        'prepared COMPLETED',
        'pack COMPLETED',
        'route COMPLETED',
        `${shipped === 'ship_domestic' ? 'ship' : 'ship_abroad'} COMPLETED`,
      ]);
      const report = await verifyWorkflow({ journal, readStore: store.readStore, registry, hash: sha256 }, workflowId);
      expect(report).toMatchObject({ valid: true, unreplayable: 0 });
    });
  });
});

describe('eventLine', () => {
  const event = { seq: 7, type: 'TaskFailed', time: Date.UTC(2026, 0, 1, 12, 0, 0, 5), data: {} };

  it('says what happened, when, and to which task', () => {
    const data = { status: 'FAILED', reasonForIncompletion: 'The bank did not answer', output: { a: 1 }, hidden: 1 };
    expect(eventLine({ ...event, data }, 'charge')).toBe(
      '   7  12:00:00.005  TaskFailed           task=charge status=FAILED reasonForIncompletion=The bank did not answer output={"a":1}',
    );
  });

  it('names the task once, and ends without spaces', () => {
    expect(eventLine({ ...event, data: { referenceTaskName: 'charge' } }, 'charge')).toContain(
      'referenceTaskName=charge',
    );
    expect(eventLine({ ...event, data: { referenceTaskName: 'charge' } }, 'charge')).not.toContain('task=');
    expect(eventLine(event)).toBe('   7  12:00:00.005  TaskFailed');
  });
});
