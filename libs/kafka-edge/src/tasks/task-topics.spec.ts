import type { TaskDocument } from '@dacapo/contracts';
import type { HistoryEntry, StoredEvent } from '@dacapo/ports';
import { projectTask } from '@dacapo/projections';
import { type DefinitionRegistry, systemClock } from '@dacapo/runtime';

import { DeadLetters } from '../dead-letters.js';
import { Publisher } from '../publisher.js';
import { FakeBroker, hash, silent, Story } from '../testing/builders.js';
import { TaskTopics } from './task-topics.js';

const registry = {
  content: () => undefined,
  taskDef: () => undefined,
  whenAllKnown: () => Promise.resolve(),
  rightsOf: () => ({ secrets: new Set(['KEY']), anySecret: false, runtimeMetadata: ['KEY'] }),
  secrets: {
    get: (name: string) => (name === 'KEY' ? Promise.resolve('hidden') : Promise.reject(new Error('no key'))),
  },
  environment: { get: () => undefined },
} as unknown as DefinitionRegistry;

function aDispatcher(stored?: TaskDocument, history: readonly StoredEvent[] = [], withSecrets = false) {
  const broker = new FakeBroker();
  const ensured: string[] = [];
  const shared = { kafka: broker.kafka, clock: systemClock, log: silent };
  const topics = new TaskTopics({
    ...shared,
    topicPrefix: 'p.',
    ensureTopics: (names) => {
      ensured.push(...names);
      return Promise.resolve();
    },
    journal: { history: () => Promise.resolve([{ causation: '0:1', events: history }] as readonly HistoryEntry[]) },
    store: { task: () => Promise.resolve(stored), workflow: () => Promise.resolve(undefined) },
    registry,
    deadLetters: new DeadLetters('p.dead-letters', new Publisher({ ...shared, name: 'test' }), systemClock),
    hash,
    withSecrets,
  });
  return { topics, broker, ensured };
}

const retry = { timers: { offer: 9_000 }, delaySeconds: 5 };

describe('task topics', () => {
  it('publishes a task when it is scheduled, as a poll would return it, to a topic that is made before', async () => {
    const { topics, broker, ensured } = aDispatcher();
    expect(await topics.take(0, [new Story('w').scheduled('t', { domain: 'eu' })], true)).toBe(true);
    expect(ensured).toEqual(['p.tasks.pay..eu']);
    expect(broker.records.map(({ topic, key }) => [topic, key])).toEqual([['p.tasks.pay..eu', 't']]);
    expect(JSON.parse(broker.records[0]?.value ?? '')).toMatchObject({
      taskId: 't',
      workflowInstanceId: 'w',
      status: 'SCHEDULED',
      taskDefName: 'pay',
      domain: 'eu',
    });
  });

  it.each([
    ['E1 carries the names of secrets, not their values', false, { key: '${workflow.secrets.KEY}' }, undefined],
    ['carries the values where the installation wants it', true, { key: 'hidden' }, { KEY: 'hidden' }],
  ])('%s', async (_what, withSecrets, inputData, runtimeMetadata) => {
    const { topics, broker } = aDispatcher(undefined, [], withSecrets);
    const input = { key: '${workflow.secrets.KEY}' };
    await topics.take(0, [new Story('w').scheduled('t', { input })], true);
    const task = JSON.parse(broker.records[0]?.value ?? '');
    expect([task.inputData, task.runtimeMetadata]).toEqual([inputData, runtimeMetadata]);
  });

  it('A21 publishes a task with several domains to the last', async () => {
    const { topics, broker } = aDispatcher();
    await topics.take(0, [new Story('w').scheduled('t', { domains: ['us', 'eu'], domain: 'eu' })], true);
    await topics.take(0, [new Story('w').scheduled('u', { domains: ['us', 'NO_DOMAIN'] })], true);
    expect(broker.records.map(({ topic }) => topic)).toEqual(['p.tasks.pay..eu', 'p.tasks.pay']);
  });

  it('leaves tasks alone that are polled for, or that the server works on', async () => {
    const { topics, broker } = aDispatcher();
    const story = new Story('w');
    const events = [story.scheduled('a', { delivery: 'poll' }), story.scheduled('b', { queue: undefined })];
    await topics.take(0, [...events, story.event('TaskOffered', { taskId: 'a' })], true);
    expect(broker.records).toEqual([]);
  });

  it('publishes a delayed task when it is offered, and one that its worker gave back', async () => {
    const { topics, broker } = aDispatcher();
    const story = new Story('w');
    await topics.take(0, [story.scheduled('t', retry)], true);
    expect(broker.records).toEqual([]);
    await topics.take(0, [story.event('TaskOffered', { taskId: 't' })], true);
    expect(broker.records).toHaveLength(1);
    await topics.take(0, [story.event('TaskStarted', { taskId: 't' })], true);
    await topics.take(0, [story.event('TaskProgressed', { taskId: 't', status: 'SCHEDULED' })], true);
    expect(broker.records).toHaveLength(2);
  });

  it('publishes a DYNAMIC task when it is queued, however old its document in the store is', async () => {
    const story = new Story('w');
    const events = [
      story.scheduled('t', { queue: undefined, delivery: undefined }),
      story.event('TaskQueued', { taskId: 't', queue: 'pay', input: { x: 1 }, delivery: 'kafka' }),
    ];
    const [first] = events;
    if (first === undefined) throw new Error('no event');
    const old = projectTask(undefined, first.event, { partition: 0, offset: first.offset });
    for (const stored of [undefined, old]) {
      const { topics, broker } = aDispatcher(stored, events);
      await topics.take(0, events, true);
      expect(broker.records.map(({ key }) => key)).toEqual(['t']);
      expect(JSON.parse(broker.records[0]?.value ?? '')).toMatchObject({ inputData: { x: 1 } });
    }
    const polled = [...events.slice(0, 1), story.event('TaskQueued', { taskId: 't', queue: 'pay', input: {} })];
    const { topics, broker } = aDispatcher(old, polled);
    await topics.take(0, polled, true);
    expect(broker.records).toEqual([]);
  });

  it('does not publish what was removed, waiting or delayed', async () => {
    const { topics, broker } = aDispatcher();
    const story = new Story('w');
    const waiting = [story.scheduled('t'), story.scheduled('u', retry)];
    const removed = story.event('TasksRemoved', { taskIds: ['t', 'u'] });
    await topics.take(0, [...waiting, removed], true);
    const before = projectTask(undefined, waiting[1]!.event, { partition: 0, offset: 1 });
    const gone = projectTask(before, removed.event, { partition: 0, offset: 3 });
    const later = aDispatcher(gone, []);
    await later.topics.take(0, [story.event('TaskOffered', { taskId: 'u' })], true);
    expect([...broker.records, ...later.broker.records]).toEqual([]);
  });

  it('finds the document of a task that was scheduled before its time, in the store or in the log', async () => {
    const story = new Story('w');
    const scheduled = story.scheduled('t', retry);
    const offered = story.event('TaskOffered', { taskId: 't' });
    const before = projectTask(undefined, scheduled.event, { partition: 0, offset: 1 });
    const after = projectTask(before, offered.event, { partition: 0, offset: 2 });
    const cases: readonly (readonly [TaskDocument | undefined, readonly StoredEvent[]])[] = [
      [after, []],
      [before, [scheduled, offered]],
      [undefined, [scheduled, offered]],
    ];
    for (const [stored, history] of cases) {
      const { topics, broker } = aDispatcher(stored, history);
      await topics.take(0, [offered], true);
      expect(broker.records.map(({ key }) => key)).toEqual(['t']);
    }
  });

  it('holds ready tasks back until it has caught up, and forgets those that are over', async () => {
    const { topics, broker } = aDispatcher();
    const story = new Story('w');
    expect(await topics.take(0, [story.scheduled('old'), story.scheduled('waits')], false)).toBe(false);
    const done = story.event('TaskCompleted', { taskId: 'old', status: 'COMPLETED' });
    expect(await topics.take(0, [done], true)).toBe(true);
    expect(broker.records.map(({ key }) => key)).toEqual(['waits']);
  });

  it('makes the topics anew after a failure', async () => {
    const { topics, broker, ensured } = aDispatcher();
    broker.failures = 1;
    await topics.take(0, [new Story('w').scheduled('t')], true);
    expect(broker.records).toHaveLength(1);
    expect(broker.connections).toBe(2);
    expect(ensured).toEqual(['p.tasks.pay', 'p.tasks.pay']);
  });

  it('writes a dead letter about a task that is too big for a topic, and goes on', async () => {
    const { topics, broker } = aDispatcher();
    const story = new Story('w');
    await topics.take(0, [story.scheduled('big', { input: { x: 'y'.repeat(1_000_001) } }), story.scheduled('t')], true);
    expect(broker.records.map(({ topic, key }) => [topic, key])).toEqual([
      ['p.dead-letters', 'big'],
      ['p.tasks.pay', 't'],
    ]);
  });
});
