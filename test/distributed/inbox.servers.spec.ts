/** What outside programs publish to `inbox`: good records have one effect, bad ones become dead letters with the reason. */
import { randomUUID } from 'node:crypto';

import { inboxWorkflowId } from '@dacapo/contracts';
import { sha256 } from '@dacapo/platform';

import { describeWithServers, type DeadLetter, Installation } from './harness.js';

const waiting = {
  name: 'waiting',
  version: 1,
  tasks: [{ name: 'wait', taskReferenceName: 'wait', type: 'WAIT' }],
};

const bad: readonly (readonly [name: string, value: string | null, code: string, reason: RegExp])[] = [
  ['a tombstone', null, 'REQUEST_INVALID', /tombstone/],
  ['an empty value', '', 'REQUEST_INVALID', /empty/],
  ['garbage', '{"type":"StartWorkflow",', 'REQUEST_INVALID', /not valid JSON/],
  ['a frame around what is no JSON', '\u0000\u0000\u0000\u0000\u0007abc', 'REQUEST_INVALID', /not valid JSON/],
  ['a list', '[]', 'REQUEST_INVALID', /object/],
  ['an unknown type', '{"type":"DropDatabase","id":"1"}', 'REQUEST_INVALID', /type/],
  ['a record without id', '{"type":"StartWorkflow","request":{"name":"waiting"}}', 'REQUEST_INVALID', /id/],
  ['a start without name', '{"type":"StartWorkflow","id":"b1","request":{}}', 'REQUEST_INVALID', /name/],
  [
    'an unknown definition',
    '{"type":"StartWorkflow","id":"b2","request":{"name":"nobody"}}',
    'DEFINITION_NOT_FOUND',
    /nobody/,
  ],
  [
    'a number that cannot be kept',
    '{"type":"StartWorkflow","id":"b3","request":{"name":"waiting","input":{"n":9007199254740993}}}',
    'REQUEST_INVALID',
    /exactly/,
  ],
  [
    'a forbidden key',
    '{"type":"StartWorkflow","id":"b4","request":{"name":"waiting","input":{"__proto__":{}}}}',
    'REQUEST_INVALID',
    /__proto__/,
  ],
  [
    'a result without status',
    '{"type":"UpdateTask","id":"b5","result":{"workflowInstanceId":"w","taskId":"t"}}',
    'REQUEST_INVALID',
    /[Ss]tatus/,
  ],
  [
    'a signal with an unknown status',
    '{"type":"SignalWorkflow","id":"b6","workflowId":"w","status":"MAYBE"}',
    'REQUEST_INVALID',
    /status/,
  ],
  [
    'a result for an unknown workflow',
    '{"type":"UpdateTask","id":"b7","result":{"workflowInstanceId":"nowhere","taskId":"t","status":"COMPLETED"}}',
    'WORKFLOW_NOT_FOUND',
    /nowhere/,
  ],
  [
    'a signal to an unknown workflow',
    '{"type":"SignalWorkflow","id":"b8","workflowId":"nowhere","status":"COMPLETED"}',
    'WORKFLOW_NOT_FOUND',
    /nowhere/,
  ],
];

/** The record as it was: the frame of a schema registry stands apart from the payload. */
function originalOf({ payload, schemaId }: DeadLetter): string | null {
  if (payload === null || schemaId === undefined) return payload;
  const frame = Buffer.alloc(5);
  frame.writeInt32BE(schemaId, 1);
  return `${frame.toString('latin1')}${payload}`;
}

describeWithServers('the inbox', () => {
  const installation = new Installation();
  let producer: ReturnType<Installation['kafka']['producer']>;

  beforeAll(async () => {
    await installation.start();
    await installation.api('PUT', '/metadata/workflow', [waiting]);
    producer = installation.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
  }, 60_000);

  afterAll(async () => {
    await producer.disconnect();
    await installation.stop();
  }, 60_000);

  async function statusOf(workflowId: string): Promise<string | undefined> {
    return (await installation.ask<{ status: string }>(`/workflow/${workflowId}`))?.status;
  }

  async function begun(workflowId: string): Promise<void> {
    await installation.until(`${workflowId} to begin`, async () => (await statusOf(workflowId)) !== undefined);
  }

  it('puts what it cannot use into dead-letters with the reason, and is not held up', async () => {
    const last = randomUUID();
    const start = JSON.stringify({ type: 'StartWorkflow', id: last, request: { name: 'waiting' } });
    // All in one partition, so that each stands in the way of the next.
    const values = [...bad.map(([, value]) => value), start];
    await producer.send({
      topic: `${installation.prefix}inbox`,
      messages: values.map((value, index) => ({ partition: 0, key: `bad-${index}`, value })),
    });
    await begun(inboxWorkflowId(last, sha256));
    let letters: readonly DeadLetter[] = [];
    await installation.until('all dead letters', async () => {
      letters = await installation.deadLetters();
      return letters.length >= bad.length;
    });
    expect(letters).toHaveLength(bad.length);
    for (const [index, [name, value, code, reason]] of bad.entries()) {
      const id = /"id":"(b\d)"/.exec(value ?? '')?.[1];
      const letter = letters.find(
        ({ source, id: own }) => source.key === `bad-${index}` || (id !== undefined && own === id),
      );
      expect([name, letter?.code]).toEqual([name, code]);
      expect(letter?.reason).toMatch(reason);
      if (letter?.source.topic === `${installation.prefix}inbox`) {
        expect(letter.source).toEqual({
          topic: `${installation.prefix}inbox`,
          partition: 0,
          offset: String(index),
          key: `bad-${index}`,
        });
        expect(originalOf(letter)).toBe(value);
      }
    }
  }, 60_000);

  it('gives a record that comes twice one effect', async () => {
    const id = randomUUID();
    const record = { type: 'StartWorkflow', id, request: { name: 'waiting', input: { n: 1 } } };
    const before = (await installation.deadLetters()).length;
    await installation.publish(record, record);
    await installation.publish(record);
    const workflowId = inboxWorkflowId(id, sha256);
    await begun(workflowId);
    await installation.publish({
      type: 'SignalWorkflow',
      id: `${id}:signal`,
      workflowId,
      status: 'COMPLETED',
      output: { by: 'signal' },
    });
    await installation.completed(workflowId);
    const events = await installation.events(workflowId);
    expect(events.filter(({ type }) => type === 'WorkflowStarted')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'CommandRejected')).toEqual([]);
    expect((await installation.deadLetters()).length).toBe(before);
  }, 60_000);

  it('takes the workflow id that a start names, and says when there is one already', async () => {
    const workflowId = randomUUID();
    const start = (): object => ({ type: 'StartWorkflow', id: randomUUID(), request: { name: 'waiting', workflowId } });
    await installation.publish(start());
    await begun(workflowId);
    await installation.publish(start());
    await installation.until('the dead letter', async () =>
      (await installation.deadLetters()).some(
        ({ code, source }) => code === 'WORKFLOW_ALREADY_EXISTS' && source.key === workflowId,
      ),
    );
  }, 60_000);
});
