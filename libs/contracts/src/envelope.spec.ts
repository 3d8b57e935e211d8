import { createHash } from 'node:crypto';

import { eventId, expectedHash, type EventHeader, sealEvent } from './envelope.js';
import { decodeEvent } from './records.js';

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const header: EventHeader = {
  workflowId: 'w1',
  seq: 2,
  time: 5,
  causation: '3:7',
  epoch: 4,
  previousHash: 'before',
};
const data = { taskId: 't', log: 'text with ,"epoch":9,"hash":"x" in it' };

describe('sealEvent', () => {
  it('writes the fields in their order, the hash over those before the epoch', () => {
    const { event, text } = sealEvent('TaskLogged', { taskId: 't', log: 'l' }, header, hash);
    const body =
      '{"type":"TaskLogged","version":1,"workflowId":"w1","seq":2,"time":5,"causation":"3:7","data":{"taskId":"t","log":"l"}';
    expect(text).toBe(`${body},"epoch":4,"hash":"${hash(`before\n${body}`)}"}`);
    expect(event.hash).toBe(hash(`before\n${body}`));
  });

  it('gives an event and the text of the same event', () => {
    for (const command of [undefined, { id: 'c' }, { id: 'c"\\', repeatable: true as const }]) {
      const { event, text } = sealEvent(
        'TaskLogged',
        data,
        { ...header, ...(command === undefined ? {} : { command }) },
        hash,
      );
      expect(JSON.parse(text)).toEqual(event);
      expect(decodeEvent(text)).toEqual(event);
      expect(JSON.stringify(decodeEvent(text))).toBe(text);
    }
  });

  it('names the command, and whether it may come again', () => {
    expect(sealEvent('WorkflowPaused', {}, header, hash).event).not.toHaveProperty('commandId');
    expect(sealEvent('WorkflowPaused', {}, { ...header, command: { id: 'c' } }, hash).event).not.toHaveProperty(
      'repeatable',
    );
    expect(
      sealEvent('WorkflowPaused', {}, { ...header, command: { id: 'c', repeatable: true } }, hash).event,
    ).toMatchObject({
      commandId: 'c',
      repeatable: true,
    });
  });

  it('I26 hashes neither epoch nor command, but everything else and the hash before', () => {
    const hashOf = (change: Partial<EventHeader>) =>
      sealEvent('TaskLogged', data, { ...header, ...change }, hash).event.hash;
    expect(hashOf({ epoch: 99 })).toBe(hashOf({}));
    expect(hashOf({ command: { id: 'c', repeatable: true } })).toBe(hashOf({}));
    const others = [
      hashOf({ seq: 3 }),
      hashOf({ time: 6 }),
      hashOf({ causation: '3:8' }),
      hashOf({ workflowId: 'w2' }),
      hashOf({ previousHash: 'x' }),
    ];
    expect(new Set([hashOf({}), ...others]).size).toBe(6);
  });
});

describe('expectedHash', () => {
  const sealed = sealEvent('TaskLogged', data, { ...header, command: { id: ',"epoch":1' } }, hash);

  it('I26 reads the hash off the bytes, whatever a user wrote into them', () => {
    expect(expectedHash(sealed.text, 'before', hash)).toBe(sealed.event.hash);
  });

  it('I26 finds a flipped byte and a wrong predecessor', () => {
    expect(expectedHash(sealed.text.replace('"seq":2', '"seq":3'), 'before', hash)).not.toBe(sealed.event.hash);
    expect(expectedHash(sealed.text, 'other', hash)).not.toBe(sealed.event.hash);
  });

  it('refuses what is no record', () => {
    expect(() => expectedHash('{"type":"TaskLogged"}', '', hash)).toThrow('I26');
  });
});

describe('eventId', () => {
  it('is the workflow and the number', () => {
    expect(eventId({ workflowId: 'w1', seq: 12 })).toBe('w1:12');
  });
});
