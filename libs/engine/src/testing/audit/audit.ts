/**
 * What must hold after every decision (guide/reliability.md, section 3), judged from the records alone. The other files of this folder each know
 * a part; here are the log itself (I2, I14, I25, I26), that nothing is decided twice in two ways and that a refusal changes nothing (I11, I23).
 */
import { decodeEvent, type Event, expectedHash, type Hash, type SealedEvent } from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';

import type { Decided } from '../../decision.js';
import { evolve } from '../../evolve.js';
import type { Flow } from '../../flow/flow.js';
import { isTaskOpen, type WorkflowState } from '../../state.js';
import { AttemptAudit } from './attempts.js';
import { DocumentAudit } from './documents.js';
import { FlowAudit } from './flow.js';
import { LifeAudit } from './life.js';
import { LoopAudit } from './loops.js';
import { must } from './must.js';
import { PermitAudit } from './permits.js';
import { sameJson } from './same-json.js';
import { TimerAudit } from './timers.js';
import { WaitingAudit } from './waiting.js';

interface Circumstances {
  readonly now: number;
  readonly flow: Flow;
}

export class Audit {
  private seq = 0;
  private chain = '';
  /** Folded from the texts of the records. */
  private replayed: WorkflowState | undefined;
  private readonly life = new LifeAudit();
  private readonly attempts = new AttemptAudit(this.life);
  private readonly permits = new PermitAudit(this.life, this.attempts);
  private readonly loops = new LoopAudit();
  private readonly timers = new TimerAudit();
  private readonly flows = new FlowAudit();
  private readonly waiting = new WaitingAudit(this.attempts);
  private readonly documents = new DocumentAudit(this.life);

  constructor(private readonly hash: Hash) {}

  /** `again` is the same command, decided by the owner of the next epoch, who has a state of its own. */
  check(decided: Decided, again: Decided, { now, flow }: Circumstances): void {
    must(decided.events.length > 0, 'I14 every command leaves an event');
    checkRepeat(decided, again);
    for (const [index, record] of decided.events.entries()) {
      const event = read(record);
      must((event.commandId !== undefined) === (index === 0), 'the first event of a decision names its command');
      if (event.seq === 0) {
        must(decided.state === undefined && event.type === 'CommandRejected', 'I2 only a refusal stands outside');
        continue;
      }
      if (event.type === 'CommandRejected') this.checkRefusal(event, decided);
      this.take(event, record.text, flow);
      must(event.time === now, 'events bear the time of their command');
    }
    if (decided.state !== undefined) this.checkState(decided.state, flow);
  }

  /** I23: all records from the beginning give the live state, and a snapshot in between changes nothing; so does whoever decided them again. */
  checkWhole(records: readonly SealedEvent[], live: WorkflowState, other: WorkflowState | undefined): void {
    let state: WorkflowState | undefined;
    for (const [index, { text }] of records.entries()) {
      const event = decodeEvent(text);
      if (event.seq === 0) continue;
      if (index === records.length >> 1 && state !== undefined)
        state = JSON.parse(JSON.stringify(state)) as WorkflowState;
      state = evolve(state, event);
    }
    must(canonicalJson(state) === canonicalJson(live), 'I23 snapshot and tail give the state');
    must(canonicalJson(other) === canonicalJson(live), 'I23 deciding twice gives the same state');
  }

  private take(event: Event, text: string, flow: Flow): void {
    must(event.seq === this.seq + 1, `I2 ${event.type} has seq ${event.seq} after ${this.seq}`);
    must((event.seq === 1) === (event.type === 'WorkflowStarted'), 'I2 a workflow begins with WorkflowStarted');
    must(event.hash === expectedHash(text, this.chain, this.hash), `I26 ${event.type} ${event.seq} is chained`);
    this.seq = event.seq;
    this.chain = event.hash;
    this.life.take(event);
    this.attempts.take(event, flow);
    this.permits.take(event);
    this.loops.take(event, flow);
    this.timers.take(event);
    this.flows.take(event, flow);
    this.replayed = evolve(this.replayed, event);
    this.documents.take(event);
  }

  /** I11: it changes nothing but the place in the log. `replayed` is still as it was before, and has to be so again. */
  private checkRefusal(event: Event, decided: Decided): void {
    must(decided.events.length === 1, 'I11 a refusal stands alone');
    const meant = { ...this.replayed, seq: event.seq, hash: event.hash };
    must(sameJson(meant, decided.state), 'I11 a refusal changes nothing');
  }

  private checkState(state: WorkflowState, flow: Flow): void {
    must(sameJson(this.replayed, state), 'I23 replay gives the live state', this.replayed, state);
    const open = Object.values(state.tasks).filter((task) => isTaskOpen(task.status));
    must(state.openCount === open.length, `openCount is ${state.openCount}, open are ${open.length}`);
    const isIndexed = Object.keys(state.open).length === open.length;
    must(
      isIndexed && open.every((task) => Object.hasOwn(state.open, task.referenceTaskName)),
      'the index of open tasks is right',
    );
    const isOver = this.life.ended !== undefined;
    must((state.status !== 'RUNNING' && state.status !== 'PAUSED') === isOver, `status ${state.status} fits the log`);
    if (isOver) must(open.length === 0, 'I3 nothing is open in an ended workflow');
    this.permits.check(state);
    this.loops.check(state);
    this.timers.check(state);
    this.flows.check(state, flow);
    this.waiting.check(state, open, flow);
    this.documents.check(state);
  }
}

function read(record: SealedEvent): Event {
  const event = decodeEvent(record.text);
  must(JSON.stringify(event) === record.text, `I25 ${event.type} is written as it is read`);
  must(sameJson(event, record.event), `I25 ${event.type} means what it says`);
  return event;
}

function checkRepeat(decided: Decided, again: Decided): void {
  must(again.events.length === decided.events.length, 'I23 deciding twice gives the same events');
  for (const [index, { event, text }] of decided.events.entries()) {
    const other = again.events[index];
    must(other !== undefined && other.event.hash === event.hash, `I26 ${event.type} has one hash in every epoch`);
    const there = other.text.replace(`,"epoch":${other.event.epoch},"hash"`, `,"epoch":${event.epoch},"hash"`);
    must(there === text, `I23 deciding ${event.type} twice gives the same bytes`);
  }
}
