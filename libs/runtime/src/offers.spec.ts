import type { TaskDocument } from '@dacapo/contracts';

import { limits } from './limits.js';
import { aTaskDef, aWorkflowDef, simple, task } from './testing/definitions.js';
import { House } from './testing/house.js';

/** Feeds and reads take their turns; time stands still meanwhile. */
async function eventually(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !holds() && Date.now() < end;) await new Promise((go) => setImmediate(go));
  expect(holds()).toBe(true);
}

const three = aWorkflowDef('wf', [simple('a'), simple('b'), simple('c')]);

describe('polls that are offered to lanes elsewhere', () => {
  let house: House;

  beforeEach(async () => {
    house = await House.open({ offersPolls: true });
    await house.start();
  });

  afterEach(() => house.close());

  const poll = (queue: string, count = 1): Promise<readonly TaskDocument[]> =>
    house.gateway.poller.poll({ queue, workerId: `w-${queue}`, count, timeoutMs: 5_000 });
  const parked = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const decisions = (id: string): readonly string[][] => {
    const byCause = new Map<string, string[]>();
    for (const { causation, type } of house.eventsOf(id))
      byCause.set(causation, [...(byCause.get(causation) ?? []), type]);
    return [...byCause.values()];
  };

  it('get their task in the decision that schedules it, also behind a result', async () => {
    const definition = await house.define([three]);
    const [a, b] = [poll('a'), poll('b')];
    await parked();
    const id = await house.begin(definition);
    expect((await a)[0]).toMatchObject({ referenceTaskName: 'a', workerId: 'w-a', status: 'IN_PROGRESS' });
    await house.ask('CompleteTask', id, { taskId: house.taskId(id, 'a'), output: {} });
    expect((await b)[0]).toMatchObject({ referenceTaskName: 'b', workerId: 'w-b', status: 'IN_PROGRESS' });
    expect(decisions(id)).toEqual([
      ['WorkflowStarted', 'TaskScheduled', 'TaskStarted'],
      ['TaskCompleted', 'TaskScheduled', 'TaskStarted'],
    ]);
    expect(house.gateway.offers).toMatchObject({ made: 2, taken: 2 });
    await expect(house.verify(id)).resolves.toMatchObject({ valid: true, replayed: 2 });
  });

  it('are free again when the decision has left them', async () => {
    const definition = await house.define([
      aWorkflowDef('wf', [
        task('SWITCH', 's', {
          evaluatorType: 'value-param',
          expression: 'x',
          inputParameters: { x: 'no' },
          decisionCases: { yes: [simple('a')] },
          defaultCase: [simple('b')],
        }),
      ]),
    ]);
    const a = poll('a');
    await parked();
    await house.begin(definition);
    expect(house.gateway.offers).toMatchObject({ made: 1, taken: 0 });
    const other = await house.begin(await house.define([aWorkflowDef('wf2', [simple('a')])]));
    expect((await a)[0]?.workflowId).toBe(other);
  });

  it('are one for each task of a fork', async () => {
    const branches = ['a1', 'a2'].map((reference) => [{ ...simple(reference), name: 'a' }]);
    const definition = await house.define([
      aWorkflowDef('wf', [
        task('FORK_JOIN', 'f', { forkTasks: branches }),
        task('JOIN', 'j', { joinOn: ['a1', 'a2'] }),
      ]),
    ]);
    const polls = poll('a', 2);
    await parked();
    await house.begin(definition);
    expect((await polls).map(({ referenceTaskName }) => referenceTaskName)).toEqual(['a1', 'a2']);
  });

  it('are not offered where a limit has to be asked', async () => {
    const definition = await house.define([three], [aTaskDef('a', { concurrentExecLimit: 1 })]);
    const a = poll('a');
    await parked();
    const id = await house.begin(definition);
    expect(house.gateway.offers?.made).toBe(0);
    expect((await a)[0]?.workflowId).toBe(id);
    expect(house.typesOf(id)).toContain('PermitRequested');
  });

  it('take something else when the decision is late, and what it gives them then goes back to its queue', async () => {
    const definition = await house.define([three]);
    const a = poll('a');
    await parked();
    const gate = Promise.withResolvers<void>();
    house.journal.gate = gate.promise;
    const id = house.workflowId();
    const start = house.gateway.answers.ask(house.startCommand(definition, id));
    expect(house.gateway.offers?.made).toBe(1);
    house.clock.advance(limits.offerMs);
    house.journal.gate = undefined;
    gate.resolve();
    await start;
    await house.event(id, 'TaskProgressed');
    expect((await a)[0]?.workflowId).toBe(id);
    expect(house.typesOf(id)).toEqual([
      'WorkflowStarted',
      'TaskScheduled',
      'TaskStarted',
      'TaskProgressed',
      'TaskStarted',
    ]);
  });

  it('that have gone meanwhile give their task back', async () => {
    const definition = await house.define([three]);
    let abort = (): void => undefined;
    const a = house.gateway.poller.poll(
      { queue: 'a', workerId: 'w', count: 1, timeoutMs: 5_000 },
      (give) => (abort = give),
    );
    await parked();
    const gate = Promise.withResolvers<void>();
    house.journal.gate = gate.promise;
    const id = house.workflowId();
    const start = house.gateway.answers.ask(house.startCommand(definition, id));
    expect(house.gateway.offers?.made).toBe(1);
    abort();
    gate.resolve();
    await start;
    await house.event(id, 'TaskProgressed');
    expect(await a).toEqual([]);
    expect(house.gateway.ready.size('a')).toBe(1);
  });
});

describe('tasks that are kept for workers that are about to ask', () => {
  let house: House;
  let definition: string;

  beforeEach(async () => {
    house = await House.open({ offersPolls: true });
    await house.start();
    definition = await house.define([three], [aTaskDef('a', { responseTimeoutSeconds: 30 })]);
  });

  afterEach(() => house.close());

  const ask = (count = 1): Promise<readonly TaskDocument[]> =>
    house.gateway.poller.poll({ queue: 'a', workerId: 'w', count, timeoutMs: 0 });
  const startedData = (id: string): object | undefined =>
    house.eventsOf(id).find(({ type }) => type === 'TaskStarted')?.data;

  it('are there for the next poll, without a claim', async () => {
    expect(await ask()).toEqual([]);
    const id = await house.begin(definition);
    expect(startedData(id)).not.toHaveProperty('workerId');
    const sends = house.journal.sends;
    expect(await ask()).toMatchObject([{ workflowId: id, workerId: 'w', status: 'IN_PROGRESS' }]);
    expect(house.journal.sends).toBe(sends);
    await house.ask('CompleteTask', id, { taskId: house.taskId(id, 'a'), workerId: 'w', output: {} });
    house.clock.advance(limits.deliveredMs * 2);
    expect(house.typesOf(id)).not.toContain('TaskLeaseExtended');
    await expect(house.verify(id)).resolves.toMatchObject({ valid: true });
  });

  it('are no more than workers have asked for, in a short while', async () => {
    await ask(2);
    for (let count = 0; count < 3; count++) await house.begin(definition);
    expect([house.gateway.offers?.taken, house.gateway.ready.size('a')]).toEqual([2, 1]);
    house.clock.advance(limits.keptAskedMs * 2);
    await house.begin(definition);
    expect(house.gateway.offers?.made).toBe(2);
  });

  it('wait for nobody while others wait for longer', async () => {
    await ask(5);
    await house.begin(await house.define([aWorkflowDef('delayed', [simple('a', { startDelay: 1 })])]));
    expect(house.gateway.offers).toMatchObject({ made: 1, taken: 0 });
    house.clock.advance(1_000);
    await eventually(() => house.gateway.ready.size('a') === 1);
    await ask(0);
    await house.begin(definition);
    expect(house.gateway.offers?.made).toBe(1);
  });

  it('go to a poll that has come in between', async () => {
    await ask();
    const gate = Promise.withResolvers<void>();
    house.journal.gate = gate.promise;
    const id = house.workflowId();
    const start = house.gateway.answers.ask(house.startCommand(definition, id));
    const waiting = house.gateway.poller.poll({ queue: 'a', workerId: 'waits', count: 1, timeoutMs: 5_000 });
    gate.resolve();
    await start;
    expect(await waiting).toMatchObject([{ workflowId: id, workerId: 'waits' }]);
  });

  it('have a worker with a name and a whole lease when they last', async () => {
    await ask();
    const id = await house.begin(definition);
    house.clock.advance(limits.keptMs - 1);
    await ask();
    const taken = house.clock.now();
    house.clock.advance(limits.deliveredMs + limits.keptLookMs);
    const { data } = await house.event(id, 'TaskLeaseExtended');
    expect(data).toEqual({ taskId: house.taskId(id, 'a'), workerId: 'w', timers: { response: taken + 30_000 } });
    expect(house.stateOf(id).tasks['a']).toMatchObject({ workerId: 'w', timers: { response: taken + 30_000 } });
    expect(house.stateOf(id).tasks['a']?.timers).not.toHaveProperty('lease');
  });

  it('go back to their queue when nobody fetches them, and none are kept for a while', async () => {
    await ask();
    const id = await house.begin(definition);
    house.clock.advance(limits.keptMs + limits.keptLookMs);
    await eventually(() => house.gateway.ready.size('a') === 1);
    expect(house.typesOf(id).at(-1)).toBe('TaskProgressed');
    expect(await ask()).toMatchObject([{ workflowId: id }]);
    await house.begin(definition);
    expect(house.gateway.offers?.made).toBe(1);
  });

  it('are forgotten when their workflow ends', async () => {
    await ask();
    const id = await house.begin(definition);
    await house.ask('TerminateWorkflow', id, {});
    expect(await ask()).toEqual([]);
  });

  it('go back when the gateway leaves', async () => {
    await ask();
    const id = await house.begin(definition);
    house.gateway.drain();
    await house.event(id, 'TaskProgressed');
    await eventually(() => house.gateway.ready.size('a') === 1);
  });

  it('are offered again when the gateway has died with them', async () => {
    await ask();
    const id = await house.begin(definition);
    await house.gateway.stop();
    house.clock.advance(10_000);
    const { data } = await house.event(id, 'TaskProgressed');
    expect(data).toMatchObject({ status: 'SCHEDULED' });
  });
});
