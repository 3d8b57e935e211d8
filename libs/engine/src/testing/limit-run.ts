/** One limit under test: a clock moved by hand, every decision made twice and judged by a bookkeeping of its own (I18, I20, I23, I26). */
import { type Command, type CommandData, type Event, expectedHash, type SealedEvent } from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';

import { decideLimit } from '../permits/decide.js';
import { evolveLimit } from '../permits/evolve.js';
import { nextLimitDue } from '../permits/room.js';
import { isAhead, limitIdOf, type LimitState } from '../permits/state.js';
import { sha256 } from './hash.js';

export const limitId = limitIdOf(sha256, 'task', 'a');

type Wish = Partial<CommandData<'RequestPermit'>>;

export class LimitRun {
  now = 1_000_000;
  state: LimitState | undefined;
  readonly records: SealedEvent[] = [];
  /** Bookkeeping from the events alone. */
  readonly held = new Map<string, number>();
  readonly grantTimes: number[] = [];
  private limits: CommandData<'RequestPermit'>['limits'] = {};
  private sent = 0;

  get live(): LimitState {
    if (this.state === undefined) throw new Error('nobody has asked yet');
    return this.state;
  }

  ask(holder: string, limits: CommandData<'RequestPermit'>['limits'], more: Wish = {}): readonly string[] {
    return this.send({
      type: 'RequestPermit',
      data: {
        kind: 'task',
        name: 'a',
        holder,
        requester: `workflow of ${holder}`,
        request: 1,
        priority: 0,
        since: this.now,
        limits,
        otherwise: 'offer',
        ...more,
      },
    });
  }

  release(holder: string, request = 1): readonly string[] {
    return this.send({ type: 'ReleasePermit', data: { holder, request } });
  }

  /** Time passes; the alarm rings whenever it is due. */
  elapse(ms: number): readonly string[] {
    const until = this.now + ms;
    const events: string[] = [];
    for (let due = this.due; due !== undefined && due <= until; due = this.due) {
      this.now = Math.max(this.now, due);
      events.push(...this.send({ type: 'FireTimer', data: { due: this.now } }));
    }
    this.now = until;
    return events;
  }

  get due(): number | undefined {
    return this.state === undefined ? undefined : nextLimitDue(this.state);
  }

  send(command: Pick<Command, 'type' | 'data'>): readonly string[] {
    this.sent += 1;
    const whole = { version: 1, id: `c${this.sent}`, workflowId: limitId, ...command } as unknown as Command;
    const context = { now: this.now, causation: `0:${this.sent}`, epoch: 1, hash: sha256, flow: () => undefined };
    const before = structuredClone(this.state);
    const decided = decideLimit(this.state, whole, context);
    const again = decideLimit(before, whole, context);
    must(
      again.events.map(({ text }) => text).join() === decided.events.map(({ text }) => text).join(),
      'I23 twice the same',
    );
    for (const { event, text } of decided.events) this.take(event, text);
    this.state = decided.state;
    this.checkState();
    this.records.push(...decided.events);
    return decided.events.map(({ event }) => labelOf(event));
  }

  /** I23: all records from the beginning give the live state. */
  auditWhole(): void {
    let state: LimitState | undefined;
    let previous = '';
    for (const { event, text } of this.records) {
      if (event.seq === 0) continue;
      must(event.hash === expectedHash(text, previous, sha256), `I26 ${event.type} ${event.seq} is chained`);
      previous = event.hash;
      state = evolveLimit(state === undefined ? undefined : (JSON.parse(JSON.stringify(state)) as LimitState), event);
    }
    must(canonicalJson(state ?? null) === canonicalJson(this.state ?? null), 'I23 the fold gives the state');
  }

  private take(event: Event, text: string): void {
    must(JSON.parse(text).type === event.type, 'a record says what it is');
    if (event.type === 'LimitSet') this.limits = event.data.limits;
    if (event.type === 'PermitReleased') this.held.delete(event.data.holder);
    if (event.type === 'PermitTaken') this.held.set(event.data.holder, event.data.request);
    if (event.type !== 'PermitGranted') return;
    const { concurrent = 0, rate = 0, rateSeconds = 1 } = this.limits;
    must(!this.held.has(event.data.holder), 'I18 nobody holds two permits');
    this.held.set(event.data.holder, event.data.request);
    this.grantTimes.push(event.time);
    if (concurrent > 0) must(this.held.size <= concurrent, `I18 ${this.held.size} permits of ${concurrent} are held`);
    const inWindow = this.grantTimes.filter((time) => time > event.time - rateSeconds * 1000).length;
    if (rate > 0) must(inWindow <= rate, `I18 ${inWindow} permits of ${rate} in a window`);
  }

  private checkState(): void {
    if (this.state === undefined) return;
    const { held, heldCount, queue, waiting } = this.state;
    must(heldCount === this.held.size && Object.keys(held).length === heldCount, 'the count of permits is right');
    must(queue.length === Object.keys(waiting).length, 'who waits is in the queue');
    const ranks = queue.map((holder) => waiting[holder]);
    must(
      ranks.every((rank, at) => rank !== undefined && (at === 0 || isAhead(ranks[at - 1] ?? rank, rank))),
      'I20 the queue is in order',
    );
  }
}

function labelOf(event: Event): string {
  return 'holder' in event.data ? `${event.type} ${event.data.holder}` : event.type;
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
