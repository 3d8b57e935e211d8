import { systemClock } from '@dacapo/runtime';

import { DeadLetters } from '../dead-letters.js';
import { Publisher } from '../publisher.js';
import { FakeBroker, silent, Story } from '../testing/builders.js';
import { InboxRefusals } from './inbox-refusals.js';

const rejected = (command: string, code: string) => ({ command, code, message: `${code} it is` });

describe('refused inbox records', () => {
  it('become dead letters with the reason, unless they are harmless or came from elsewhere', async () => {
    const broker = new FakeBroker();
    const publisher = new Publisher({ kafka: broker.kafka, clock: systemClock, log: silent, name: 'test' });
    const deadLetters = new DeadLetters('p.dead-letters', publisher, systemClock);
    const refusals = new InboxRefusals({ history: () => Promise.resolve([]) }, deadLetters, 'p.');
    const story = new Story('w');
    await refusals.take(0, [
      story.event('CommandRejected', rejected('CompleteTask', 'TASK_NOT_FOUND'), 'inbox:a'),
      story.event('CommandRejected', rejected('CompleteTask', 'TASK_ENDED'), 'inbox:b'),
      story.event('CommandRejected', rejected('StartTask', 'TASK_NOT_READY'), 'inbox:c'),
      story.event('CommandRejected', rejected('CompleteTask', 'TASK_NOT_FOUND'), 'rest-1'),
      story.event('WorkflowPaused', {}, 'inbox:d'),
    ]);
    expect(broker.records.map(({ value }) => JSON.parse(value) as unknown)).toEqual([
      expect.objectContaining({
        code: 'TASK_NOT_FOUND',
        reason: 'TASK_NOT_FOUND it is',
        id: 'a',
        source: { topic: 'p.commands', partition: 0, offset: '1', key: 'w' },
      }),
    ]);
    expect(deadLetters.counts).toEqual(new Map([['TASK_NOT_FOUND', 1]]));
  });
});
