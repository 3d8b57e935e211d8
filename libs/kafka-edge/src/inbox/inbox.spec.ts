import { type Command, DaCapoError, inboxWorkflowId } from '@dacapo/contracts';
import { CommandFactory, type DefinitionRegistry } from '@dacapo/runtime';
import { systemClock } from '@dacapo/runtime';

import { DeadLetters } from '../dead-letters.js';
import { Stopped } from '../patience.js';
import { Publisher } from '../publisher.js';
import { FakeBroker, hash, silent } from '../testing/builders.js';
import { Inbox, type SourceRecord } from './inbox.js';

const registry = {
  secrets: { values: () => [] },
  environmentFor: () => undefined,
  environmentNames: new Set<string>(),
  snapshotOf: (name: string) => Promise.resolve(name === 'order' ? { digest: 'd', version: 2 } : undefined),
} as unknown as DefinitionRegistry;

function anInbox(): {
  inbox: Inbox;
  sent: Command[];
  journal: { failures: number };
  letters: () => readonly Record<string, unknown>[];
} {
  const broker = new FakeBroker();
  const sent: Command[] = [];
  const journal = {
    failures: 0,
    send: (commands: readonly Command[]) => {
      if (journal.failures-- > 0) return Promise.reject(new DaCapoError('JOURNAL_UNAVAILABLE', 'away'));
      sent.push(...commands);
      return Promise.resolve();
    },
  };
  const publisher = new Publisher({ kafka: broker.kafka, clock: systemClock, log: silent, name: 'test' });
  const deadLetters = new DeadLetters('dead-letters', publisher, systemClock);
  const gateway = { commands: new CommandFactory('test'), registry };
  const inbox = new Inbox({ gateway, journal, deadLetters, hash, clock: systemClock, log: silent });
  const letters = (): readonly Record<string, unknown>[] =>
    broker.records.map(({ value }) => JSON.parse(value) as Record<string, unknown>);
  return { inbox, sent, journal, letters };
}

function aRecord(value: unknown, changes: Partial<SourceRecord> = {}): SourceRecord {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return { topic: 'inbox', partition: 3, offset: '7', timestamp: 0, key: 'k', value: bytes, ...changes };
}

const start = { type: 'StartWorkflow', id: 'a', request: { name: 'order', input: { n: 1 } } };
const heartbeat = (): Promise<void> => Promise.resolve();

describe('the inbox', () => {
  it('makes a start a repeatable command whose ids follow from the record’s id', async () => {
    const { inbox, sent } = anInbox();
    await inbox.take(aRecord(start), heartbeat);
    await inbox.take(aRecord(start, { offset: '8', partition: 5 }), heartbeat);
    const expected = { id: 'inbox:a', repeatable: true, workflowId: inboxWorkflowId('a', hash), type: 'StartWorkflow' };
    expect(sent).toEqual([expect.objectContaining(expected), expect.objectContaining(expected)]);
  });

  it('takes the workflow id that a start names', async () => {
    const { inbox, sent } = anInbox();
    await inbox.take(aRecord({ ...start, request: { name: 'order', workflowId: 'mine' } }), heartbeat);
    expect(sent[0]?.workflowId).toBe('mine');
  });

  it('knows the other three records', async () => {
    const { inbox, sent } = anInbox();
    const result = { workflowInstanceId: 'w', taskId: 't', status: 'COMPLETED', outputData: { x: 1 } };
    await inbox.take(
      aRecord({ type: 'StartTask', id: '1', workflowInstanceId: 'w', taskId: 't', workerId: 'me' }),
      heartbeat,
    );
    await inbox.take(aRecord({ type: 'UpdateTask', id: '2', result }), heartbeat);
    await inbox.take(aRecord({ type: 'SignalWorkflow', id: '3', workflowId: 'w', status: 'FAILED' }), heartbeat);
    expect(sent).toEqual([
      {
        type: 'StartTask',
        version: 1,
        id: 'inbox:1',
        repeatable: true,
        workflowId: 'w',
        data: { taskId: 't', workerId: 'me' },
      },
      {
        type: 'CompleteTask',
        version: 1,
        id: 'inbox:2',
        repeatable: true,
        workflowId: 'w',
        data: { taskId: 't', output: { x: 1 } },
      },
      {
        type: 'SignalWorkflow',
        version: 1,
        id: 'inbox:3',
        repeatable: true,
        workflowId: 'w',
        data: { status: 'FAILED', output: {} },
      },
    ]);
  });

  it('writes a dead letter with cause, place and payload, and goes on', async () => {
    const { inbox, sent, letters } = anInbox();
    await inbox.take(aRecord('{"type":"Nonsense","id":"n"}'), heartbeat);
    await inbox.take(aRecord(start), heartbeat);
    expect(letters()).toEqual([
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        id: 'n',
        source: { topic: 'inbox', partition: 3, offset: '7', key: 'k' },
        payload: '{"type":"Nonsense","id":"n"}',
        encoding: 'text',
      }),
    ]);
    expect(sent).toHaveLength(1);
  });

  it('keeps bytes that are no text as base64', async () => {
    const { inbox, letters } = anInbox();
    await inbox.take(aRecord(Buffer.from([0xff, 0x00])), heartbeat);
    expect(letters()[0]).toMatchObject({ payload: '/wA=', encoding: 'base64' });
  });

  it('believes that there is no such definition only when the record is a second old', async () => {
    const { inbox, letters } = anInbox();
    const since = Date.now();
    const unknown = { ...start, request: { name: 'nobody' } };
    await inbox.take(aRecord(unknown), heartbeat);
    expect(Date.now() - since).toBeLessThan(500);
    await inbox.take(aRecord(unknown, { timestamp: since }), heartbeat);
    expect(Date.now() - since).toBeGreaterThanOrEqual(1_000);
    expect(letters().map(({ code }) => code)).toEqual(['DEFINITION_NOT_FOUND', 'DEFINITION_NOT_FOUND']);
  });

  it('waits for a journal that is away, and says so to its group', async () => {
    const { inbox, sent, journal, letters } = anInbox();
    journal.failures = 2;
    let beats = 0;
    await inbox.take(aRecord(start), () => {
      beats += 1;
      return Promise.reject(new Error('rebalancing'));
    });
    expect([sent.length, beats, letters().length]).toEqual([1, 2, 0]);
  });

  it('leaves a record uncommitted when it is stopped while the journal is away', async () => {
    const { inbox, journal } = anInbox();
    journal.failures = Number.POSITIVE_INFINITY;
    const taken = inbox.take(aRecord(start), heartbeat);
    inbox.stop();
    await expect(taken).rejects.toThrow(Stopped);
  });
});
