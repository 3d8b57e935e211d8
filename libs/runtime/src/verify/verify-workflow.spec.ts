import { type Command, expectedHash, type WorkflowDocument } from '@dacapo/contracts';
import type { TaskDocument } from '@dacapo/contracts';
import { type HistoryEntry, type Journal, type ReadStore, type StoredEvent } from '@dacapo/ports';
import { sha256 } from '@dacapo/ports-testing';

import { aWorkflowDef, fork, join, simple } from '../testing/definitions.js';
import { House } from '../testing/house.js';
import { overriding } from '../testing/temporary-store.js';
import type { VerifyReport } from './report.js';
import { verifyWorkflow } from './verify-workflow.js';

/** One real history; each test damages a copy of what the journal and the read model give, and the damage must be found and named. */
describe('verifyWorkflow', () => {
  let house: House;
  let id: string;
  let history: readonly HistoryEntry[];
  let workflow: WorkflowDocument;
  let tasks: readonly TaskDocument[];

  beforeAll(async () => {
    house = await House.open({ partitionCount: 1 });
    await house.start();
    const definition = aWorkflowDef('wf', [
      simple('a'),
      fork('f', [simple('x')], [simple('y')]),
      join('j', ['x', 'y']),
      simple('b'),
    ]);
    id = await house.begin(await house.define([definition]), 0, { n: 1 });
    for (const reference of ['a', 'x', 'y', 'b']) await house.complete(id, reference, { from: reference });
    await house.ask('CompleteTask', id, { taskId: house.taskId(id, 'a') });
    await house.projection.start((error) => {
      throw error;
    });
    while ((await house.readStore.workflow(id))?.seq !== house.eventsOf(id).length)
      await new Promise((resolve) => setImmediate(resolve));
    history = await house.journal.history(id);
    workflow = (await house.readStore.workflow(id)) as WorkflowDocument;
    tasks = await house.readStore.tasksOf(id);
  });

  afterAll(async () => {
    await house.projection.stop();
    await house.close();
  });

  interface Found {
    readonly entries?: readonly HistoryEntry[];
    readonly workflow?: WorkflowDocument | undefined;
    readonly tasks?: readonly TaskDocument[];
  }

  const verified = async (changes: Found): Promise<VerifyReport> => {
    const found = { entries: history, workflow, tasks, ...changes };
    const journal: Journal = overriding<Journal>(house.journal, { history: async () => found.entries });
    const readStore: ReadStore = overriding(house.readStore, {
      workflow: async () => found.workflow,
      tasksOf: async () => found.tasks,
    });
    const report = await verifyWorkflow({ journal, readStore, registry: house.registry, hash: sha256 }, id);
    return report as VerifyReport;
  };
  const invariants = ({ violations }: VerifyReport): string[] => [
    ...new Set(violations.map(({ invariant }) => invariant)),
  ];
  const named = ({ violations }: VerifyReport): string => violations.map(({ message }) => message).join('\n');

  /** Applies a change to all events of the history; the decisions stay as they are. */
  const changed = (change: (events: StoredEvent[]) => (StoredEvent | undefined)[]): readonly HistoryEntry[] => {
    const flat = history.flatMap(({ events }) => events);
    const result = change([...flat]).filter((event) => event !== undefined);
    const commands = new Map(history.map(({ causation, command }) => [causation, command]));
    const entries: { causation: string; command?: Command; events: StoredEvent[] }[] = [];
    for (const stored of result) {
      const { causation } = stored.event;
      const command = commands.get(causation);
      if (entries.at(-1)?.causation === causation) entries.at(-1)?.events.push(stored);
      else entries.push({ causation, ...(command && { command }), events: [stored] });
    }
    return entries;
  };
  /** Other bytes in the log: what is read from them. */
  const rewritten = (stored: StoredEvent, text: string): StoredEvent => ({
    ...stored,
    text,
    event: JSON.parse(text) as never,
  });
  const at = (type: string, nth = 0): number => {
    const index = history.flatMap(({ events }) => events).findIndex(({ event }) => event.type === type);
    const all = history.flatMap(({ events }) => events).flatMap(({ event }, i) => (event.type === type ? [i] : []));
    return all[nth] ?? index;
  };
  /** A forger who knows the chain: numbers and hashes are made anew behind the change. */
  const forged = (events: readonly StoredEvent[]): StoredEvent[] => {
    let previous = '';
    return events.map((stored, index) => {
      const numbered = stored.text.replace(/"seq":\d+/, `"seq":${index + 1}`);
      const digest = expectedHash(numbered, previous, sha256);
      const text = numbered.replace(/"hash":"[^"]*"/, `"hash":"${digest}"`);
      previous = digest;
      return rewritten(stored, text);
    });
  };

  it('finds nothing in a sound history, and says what it looked at', async () => {
    const events = house.eventsOf(id).length;
    expect(await verified({})).toEqual({
      workflowId: id,
      valid: true,
      events,
      decisions: history.length,
      replayed: history.length,
      unreplayable: 0,
      documents: 1 + tasks.length,
      violations: [],
    });
  });

  it('finds nothing where there is nothing', async () => {
    const { journal, readStore, registry } = house;
    expect(await verifyWorkflow({ journal, readStore, registry, hash: sha256 }, 'nobody')).toBeUndefined();
  });

  it('finds nothing wrong with a read model that is behind, or was deleted', async () => {
    const old = { ...workflow, seq: workflow.seq - 1 };
    expect((await verified({ workflow: undefined, tasks: [] })).valid).toBe(true);
    expect(invariants(await verified({ workflow: old }))).toEqual(['I21']);
  });

  it('finds nothing wrong with commands that the log keeps no longer, and counts them', async () => {
    const entries = history.map(({ causation, events }, index) =>
      index < 3 ? { causation, events } : history[index]!,
    );
    expect(await verified({ entries })).toMatchObject({
      valid: true,
      unreplayable: 3,
      replayed: history.length - 3,
    });
  });

  it('asks for the range that somebody knows', async () => {
    const asked: unknown[] = [];
    const journal: Journal = overriding<Journal>(house.journal, {
      history: async (_, range) => {
        asked.push(range);
        return history;
      },
    });
    const { readStore, registry } = house;
    const range = async (): Promise<{ from: number; to: number }> => ({ from: 1, to: 99 });
    await verifyWorkflow({ journal, readStore, registry, hash: sha256, range }, id);
    expect(asked).toEqual([{ from: 1, to: 99 }]);
  });

  describe('finds and names', () => {
    it('1: an event that is missing', async () => {
      const report = await verified({ entries: changed((events) => events.toSpliced(3, 1)) });
      expect(invariants(report)).toEqual(expect.arrayContaining(['I2', 'I26', 'I23']));
      expect(named(report)).toContain('seq 5 stands where 4 belongs');
      expect(report.violations[0]).toMatchObject({
        workflowId: id,
        position: expect.stringMatching(/^0:\d+$/),
        seq: 5,
      });
    });

    it('2: the first event missing', async () => {
      const report = await verified({ entries: changed((events) => events.slice(1)) });
      expect(named(report)).toContain('the history begins with TaskScheduled');
      expect(named(report)).toContain('the events cannot be projected');
    });

    it('3: the last events missing that the read model has seen', async () => {
      const report = await verified({ entries: changed((events) => events.slice(0, -2)) });
      expect(invariants(report)).toContain('I21');
      expect(named(report)).toMatch(/the document is at seq \d+, the log ends at \d+/);
    });

    it('4: two events in the wrong order', async () => {
      const entries = changed((events) => [events[0], events[2], events[1], ...events.slice(3)]);
      const report = await verified({ entries });
      expect(invariants(report)).toEqual(expect.arrayContaining(['I2', 'I26']));
      expect(named(report)).toContain('seq 3 stands where 2 belongs');
    });

    it('5: an event that stands there twice', async () => {
      const entries = changed((events) => [...events.slice(0, 3), events[2], ...events.slice(3)]);
      expect(named(await verified({ entries }))).toContain('seq 3 stands where 4 belongs');
    });

    it('6: a byte of a payload that is another', async () => {
      const entries = changed((events) => {
        const index = at('TaskCompleted');
        const stored = events[index]!;
        return events.with(index, rewritten(stored, stored.text.replace('"from":"a"', '"from":"e"')));
      });
      const report = await verified({ entries });
      expect(invariants(report)).toEqual(expect.arrayContaining(['I26', 'I21']));
      expect(named(report)).toContain('its bytes and its predecessor give');
    });

    it.each([
      ['7: another time', /"time":\d+/, '"time":1'],
      ['8: another causation', /"causation":"0:\d+"/, '"causation":"0:1"'],
      ['9: another hash', /"hash":"./, '"hash":"#'],
      ['10: another version of a definition', /"version":1,"workflowId"/, '"version":1, "workflowId"'],
    ])('%s', async (_, pattern, text) => {
      const entries = history.map((entry, index) =>
        index === 2
          ? {
              ...entry,
              events: entry.events.map((each, n) =>
                n === 0 ? rewritten(each, each.text.replace(pattern, text)) : each,
              ),
            }
          : entry,
      );
      const report = await verified({ entries });
      expect(report.valid).toBe(false);
      expect(invariants(report)).toContain('I26');
    });

    it('11: the end of an attempt a second time', async () => {
      const entries = changed((events) =>
        forged(events.toSpliced(at('TaskCompleted') + 1, 0, events[at('TaskCompleted')]!)),
      );
      const report = await verified({ entries });
      expect(invariants(report)).toEqual(expect.arrayContaining(['I4', 'I23']));
      expect(named(report)).toContain('ends a second time');
    });

    it('12: the scheduling of an attempt a second time', async () => {
      const entries = changed((events) =>
        forged(events.toSpliced(at('TaskScheduled') + 1, 0, events[at('TaskScheduled')]!)),
      );
      const report = await verified({ entries });
      expect(invariants(report)).toEqual(expect.arrayContaining(['I5', 'I23']));
      expect(named(report)).toContain('is scheduled a second time');
    });

    it('13: the end of an attempt that was never scheduled', async () => {
      const entries = changed((events) =>
        forged(
          events.map((stored, index) =>
            index === at('TaskCompleted')
              ? rewritten(stored, stored.text.replace(/"taskId":"[^"]*"/, '"taskId":"nobody"'))
              : stored,
          ),
        ),
      );
      expect(named(await verified({ entries }))).toContain('task nobody ends without having been scheduled');
    });

    it('14: something that happens behind the end', async () => {
      const entries = changed((events) => forged([...events, events[at('TaskStarted', 1)]!]));
      const report = await verified({ entries });
      expect(invariants(report)).toContain('I3');
      expect(named(report)).toContain('TaskStarted follows the end of the workflow');
    });

    it('15: a second end of the workflow', async () => {
      const entries = changed((events) => forged([...events, events[at('WorkflowCompleted')]!]));
      expect(named(await verified({ entries }))).toContain('WorkflowCompleted follows the end of the workflow');
    });

    it('16: an event that was forged together with all hashes behind it', async () => {
      const entries = changed((events) =>
        forged(
          events.map((stored, index) =>
            index === at('TaskCompleted') ? rewritten(stored, stored.text.replace('"from":"a"', '"from":"e"')) : stored,
          ),
        ),
      );
      const report = await verified({ entries });
      expect(invariants(report)).toEqual(expect.arrayContaining(['I23', 'I21']));
      expect(invariants(report)).not.toContain('I26');
      expect(named(report)).toContain('with another content');
    });

    it('17: a command that is another', async () => {
      const index = history.findIndex(({ command }) => command?.type === 'CompleteTask');
      const entry = history[index]!;
      const { command } = entry as { command: Extract<Command, { type: 'CompleteTask' }> };
      const other = { ...command, data: { ...command.data, output: { from: 'elsewhere' } } };
      const report = await verified({ entries: history.with(index, { ...entry, command: other }) });
      expect(invariants(report)).toEqual(['I23']);
      expect(named(report)).toContain(`CompleteTask at ${entry.causation} gave TaskCompleted`);
    });

    it('18: a command of another kind', async () => {
      const index = history.findIndex(({ command }) => command?.type === 'ClaimTask');
      const other = house.command('PauseWorkflow', id, {}, { id: history[index]!.command!.id });
      const report = await verified({ entries: history.with(index, { ...history[index]!, command: other }) });
      expect(invariants(report)).toContain('I23');
    });

    it('19: half a decision', async () => {
      const index = history.findIndex(({ events }) => events.length > 1);
      const entry = history[index]!;
      const report = await verified({ entries: history.with(index, { ...entry, events: entry.events.slice(0, 1) }) });
      expect(named(report)).toContain(`gave 1 events, decided again it gives ${entry.events.length}`);
    });

    it('20: another command id, that decides whether a repeat is known', async () => {
      const entries = changed((events) =>
        events.with(0, rewritten(events[0]!, events[0]!.text.replace(/"commandId":"[^"]*"/, '"commandId":"another"'))),
      );
      const report = await verified({ entries });
      expect(invariants(report)).toEqual(['I23']);
    });

    it('21: events of one decision under two epochs', async () => {
      const entries = changed((events) =>
        events.with(1, rewritten(events[1]!, events[1]!.text.replace(/"epoch":\d+/, '"epoch":9'))),
      );
      expect(invariants(await verified({ entries }))).toEqual(['I23']);
    });

    it('22: another document of the workflow', async () => {
      const report = await verified({ workflow: { ...workflow, output: { forged: true } } });
      expect(report.violations).toEqual([
        {
          invariant: 'I21',
          workflowId: id,
          message: `the document at seq ${workflow.seq} differs from the fold of the events`,
        },
      ]);
    });

    it('23: another document of a task', async () => {
      const [first, ...others] = tasks;
      const report = await verified({ tasks: [{ ...first!, status: 'FAILED' }, ...others] });
      expect(named(report)).toContain(`the document of task ${first!.taskId}`);
    });

    it('24: documents from the future', async () => {
      const [first, ...others] = tasks;
      const report = await verified({
        workflow: { ...workflow, seq: 999 },
        tasks: [{ ...first!, seq: 999 }, ...others],
      });
      expect(report.violations.map(({ invariant }) => invariant)).toEqual(['I21', 'I21']);
    });

    it('25: a document of a task that never was', async () => {
      const report = await verified({ tasks: [...tasks, { ...tasks[0]!, taskId: 'nobody' }] });
      expect(named(report)).toContain('the document of task nobody');
    });
  });

  it('says that a history cannot be replayed whose definition is not known any more', async () => {
    const other = await House.open({ partitionCount: 1 });
    const { journal, readStore } = house;
    const report = await verifyWorkflow({ journal, readStore, registry: other.registry, hash: sha256 }, id);
    expect(report?.valid).toBe(false);
    expect(report?.violations.map(({ invariant }) => invariant)).toEqual(expect.arrayContaining(['I23']));
    await other.close();
  });
});
