import { MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import { aCommand, aWorkflowId, TestLane } from '@dacapo/ports-testing';

import { Answers } from './answers.js';
import { EventFeed } from './event-feed.js';
import { limits } from './limits.js';
import { FaultyJournal } from './testing/faulty-journal.js';

describe('Answers', () => {
  let clock: VirtualClock;
  let journal: FaultyJournal;
  let answers: Answers;
  let feed: EventFeed;
  let lane: TestLane;

  beforeEach(async () => {
    clock = new VirtualClock();
    journal = new FaultyJournal(new MemoryJournal({ partitionCount: 1, clock }));
    answers = new Answers(journal, clock);
    feed = new EventFeed(journal, [answers]);
    feed.begin(new Map([[0, { offset: 0, epoch: 0 }]]));
    await feed.start(() => undefined);
    lane = await TestLane.take(journal, 0);
  });

  afterEach(() => feed.stop());

  const commands = (count: number): ReturnType<typeof aCommand>[] =>
    Array.from({ length: count }, () => aCommand(aWorkflowId(0, 1)));
  /** TestLane marks no command ids; here they stand where the engine puts them. */
  const tell = (id: string, offset = 7): void => {
    const event = { commandId: id, type: 'CommandRejected', data: { code: 'TASK_ENDED' } } as never;
    answers.onEvent({ event, text: '', offset }, 3);
  };

  it('gives the event and its position to who asked', async () => {
    const [command] = commands(1);
    const answer = answers.ask(command!);
    tell('somebody else');
    tell(command!.id);
    expect(await answer).toMatchObject({ event: { type: 'CommandRejected' }, position: '3:7' });
  });

  it('sends all at once and answers each by itself', async () => {
    const asked = commands(3);
    const all = answers.askAll(asked);
    expect((await lane.receive(asked)).map(({ command }) => command.id)).toEqual(asked.map(({ id }) => id));
    for (const [index, { id }] of asked.toReversed().entries()) tell(id, index);
    expect((await Promise.all(all)).map(({ position }) => position)).toEqual(['3:2', '3:1', '3:0']);
  });

  it('passes over events without a command', () => {
    answers.onEvent({ event: { type: 'TimerFired' } as never, text: '', offset: 1 }, 0);
  });

  it.each(['refused', 'unknown'] as const)('says that the journal failed (%s)', async (fault) => {
    journal.sendFaults.push(fault);
    const all = answers.askAll(commands(2));
    for (const answer of all)
      await expect(answer).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE', retryable: true });
  });

  it('says that it does not know when the answer is late: not a millisecond before', async () => {
    const [early, late] = commands(2);
    const first = outcome(answers.ask(early!));
    clock.advance(1);
    const second = outcome(answers.ask(late!));
    clock.advance(limits.answerMs - 2);
    await Promise.resolve();
    expect([first.code, second.code]).toEqual([undefined, undefined]);
    clock.advance(1);
    await turn();
    expect([first.code, second.code]).toEqual(['ANSWER_LATE', undefined]);
    clock.advance(1);
    await turn();
    expect(second.code).toBe('ANSWER_LATE');
    tell(early!.id);
  });

  it('keeps no alarm when nobody waits', async () => {
    const [command] = commands(1);
    const answer = answers.ask(command!);
    tell(command!.id);
    await answer;
    clock.advance(limits.answerMs);
    expect(clock.next).toBeUndefined();
  });

  it('tells everybody when it stops', async () => {
    const all = answers.askAll(commands(2)).map(outcome);
    answers.stop();
    await turn();
    expect(all.map(({ code }) => code)).toEqual(['JOURNAL_UNAVAILABLE', 'JOURNAL_UNAVAILABLE']);
    expect(clock.next).toBeUndefined();
  });

  const outcome = (answer: Promise<unknown>): { code?: string } => {
    const found: { code?: string } = {};
    answer.catch((error: { code: string }) => (found.code = error.code));
    return found;
  };
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
