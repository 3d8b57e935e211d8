/** Who may append, on a partition in memory that others write into between our calls. The broker's part is in the server specs. */
import { hash } from 'node:crypto';
import { sealEvent } from '@dacapo/contracts';
import type { Decision } from '@dacapo/ports';
import { type ClaimContext, takePartition } from './claim.js';
import type { OutgoingRecord } from './producer.js';
import type { LogRecord } from './record.js';

const sha256 = (text: string): string => hash('sha256', text, 'base64url');

/** One partition as the broker keeps it. `before` happens between a request and its being stored. */
class PartitionLog {
  readonly records: LogRecord[] = [];
  before: (() => void) | undefined;
  answer: ((offset: number) => number) | undefined;

  readonly context: ClaimContext = {
    topic: 'events',
    batchBytes: 2_000,
    now: () => 1,
    reader: {
      end: () => Promise.resolve(this.records.length),
      read: (_, from, to) => this.slice(from, to),
    },
    queue: {
      append: (_, outgoing) => {
        const before = this.before;
        this.before = undefined;
        before?.();
        const offset = this.store(outgoing);
        return Promise.resolve(this.answer?.(offset) ?? offset);
      },
    },
    openSource: () => {
      throw new Error('no commands here');
    },
    onEnd: () => undefined,
  };

  store(outgoing: readonly OutgoingRecord[]): number {
    const offset = this.records.length;
    for (const { key, value } of outgoing) {
      const [keyBytes, valueBytes] = [key === null ? null : Buffer.from(key), Buffer.from(value ?? '')];
      this.records.push({ offset: this.records.length, time: 0, key: keyBytes, value: valueBytes });
    }
    return offset;
  }

  claimOf(epoch: number): void {
    const header = { workflowId: '', seq: 0, time: 0, causation: '0:0', epoch, previousHash: '' };
    this.store([
      { partition: 0, key: null, value: sealEvent('PartitionClaimed', { owner: 'other' }, header, sha256).text },
    ]);
  }

  eventOf(epoch: number): void {
    this.store([{ partition: 0, key: 'w', value: anEvent(epoch, 1).text }]);
  }

  // oxlint-disable-next-line typescript/require-await -- a log is read asynchronously
  private async *slice(from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    if (from < to) yield this.records.slice(from, to);
  }
}

const anEvent = (epoch: number, seq: number) => {
  const header = { workflowId: 'w', seq, time: 0, causation: '0:7', epoch, previousHash: '' };
  return sealEvent('VariablesSet', { taskId: 't', variables: { x: 'y'.repeat(200) } }, header, sha256);
};

const aDecision = (epoch: number, events = 1): Decision => ({
  command: { type: 'PauseWorkflow', version: 1, id: 'c', workflowId: 'w', data: {} },
  offset: 7,
  time: 0,
  events: Array.from({ length: events }, (_, n) => anEvent(epoch, n + 1)),
});

const lost = expect.objectContaining({ code: 'JOURNAL_UNAVAILABLE' });

describe('a claim', () => {
  let log: PartitionLog;
  const take = (since = { offset: 0, epoch: 0 }) => takePartition(log.context, { partition: 0, owner: 'me', since });

  beforeEach(() => {
    log = new PartitionLog();
  });

  it('raises the epoch above all in the log', async () => {
    log.claimOf(3);
    log.eventOf(3);
    expect((await take()).epoch).toBe(4);
  });

  it('begins above what the caller knows, although the log behind it says nothing', async () => {
    log.eventOf(5);
    expect((await take({ offset: 1, epoch: 5 })).epoch).toBe(6);
  });

  it('tries a higher number when somebody was faster with it', async () => {
    log.before = () => log.claimOf(1);
    expect((await take()).epoch).toBe(2);
    log.before = () => log.claimOf(9);
    expect((await take()).epoch).toBe(10);
  });

  it('tries again as often as it takes', async () => {
    let rivals = 3;
    const rival = (): void => {
      log.claimOf(log.records.length + 1);
      if (--rivals > 0) log.before = rival;
    };
    log.before = rival;
    const claim = await take();
    expect(rivals).toBe(0);
    const tail = [];
    for await (const batch of claim.tail()) tail.push(...batch.events);
    expect(tail).toHaveLength(log.records.length);
    expect(tail.at(-1)?.event.epoch).toBe(claim.epoch);
  });

  it('knows the offsets of what it appends', async () => {
    const claim = await take();
    const stored = await claim.append([aDecision(1, 2), aDecision(1, 1)]);
    expect(stored.map((each) => each.map((event) => event.offset))).toEqual([[1, 2], [3]]);
  });

  it('is over when another owner claims', async () => {
    const claim = await take();
    log.before = () => log.claimOf(2);
    await expect(claim.append([aDecision(1)])).rejects.toEqual(lost);
    await expect(claim.append([aDecision(1)])).rejects.toEqual(lost);
  });

  it('is not disturbed by what no reader believes', async () => {
    log.claimOf(1);
    const claim = await take();
    log.before = () => {
      log.eventOf(1);
      log.claimOf(1);
      log.claimOf(2);
    };
    expect((await claim.append([aDecision(2)]))[0]?.[0]?.offset).toBe(5);
    expect((await claim.append([aDecision(2)]))[0]?.[0]?.offset).toBe(6);
  });

  it('is over when somebody writes with its own epoch', async () => {
    const claim = await take();
    log.before = () => log.eventOf(1);
    await expect(claim.append([aDecision(1)])).rejects.toEqual(lost);
  });

  it('is over when the broker takes a batch for a repeat of an older one', async () => {
    const claim = await take();
    await claim.append([aDecision(1)]);
    log.answer = (offset) => offset - 1;
    await expect(claim.append([aDecision(1)])).rejects.toEqual(lost);
  });

  it('splits between decisions only, and refuses one that fits nowhere', async () => {
    const sizes: number[] = [];
    const { append } = log.context.queue;
    const counting = {
      ...log.context,
      queue: { append: (p: number, out: readonly OutgoingRecord[]) => (sizes.push(out.length), append(p, out)) },
    };
    const claim = await takePartition(counting, { partition: 0, owner: 'me', since: { offset: 0, epoch: 0 } });
    const stored = await claim.append([aDecision(1, 2), aDecision(1, 2), aDecision(1, 1)]);
    expect(sizes).toEqual([1, 4, 1]);
    expect(stored.flat().map((each) => each.offset)).toEqual([1, 2, 3, 4, 5]);
    await expect(claim.append([aDecision(1, 5)])).rejects.toEqual(
      expect.objectContaining({ code: 'INVARIANT_BROKEN' }),
    );
    expect(log.records).toHaveLength(6);
  });

  it('is over when it was released', async () => {
    const claim = await take();
    await claim.release();
    await expect(claim.append([aDecision(1)])).rejects.toEqual(lost);
  });
});
