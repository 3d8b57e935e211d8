/**
 * Who gets a permit: the oldest of the highest priority for whom there is room at this position of the limit's log. Room that has become
 * free is offered to the next in line and kept for it for a second; then it is everybody's, so that nobody waits for a worker that has gone.
 */
import {
  type Command,
  type CommandData,
  type ErrorCode,
  type EventData,
  type EventType,
  invariant,
  type Limits,
  type SealedEvent,
} from '@dacapo/contracts';

import type { DecideContext, Decided } from '../decision.js';
import { limits as bounds } from '../limits.js';
import { seal, sealOutside } from '../seal.js';
import { own } from '../state.js';
import { evolveLimit } from './evolve.js';
import { hasRoom } from './room.js';
import type { LimitState } from './state.js';

export function decideLimit(
  state: LimitState | undefined,
  command: Command,
  context: DecideContext,
): Decided<LimitState> {
  const decision = new LimitDecision(state, command, context);
  if (command.type === 'RequestPermit') request(decision, command.data);
  else if (state === undefined) {
    decision.reject('LIMIT_NOT_FOUND', `Nobody has asked for a permit of ${command.workflowId} yet`);
  } else if (command.type === 'ReleasePermit') release(decision, command.data);
  else if (command.type === 'FireTimer') fire(decision);
  else decision.reject('REQUEST_INVALID', `${command.workflowId} is a limit: ${command.type} says nothing to it`);
  invariant(decision.events.length > 0, `I14 ${command.type} left no event`);
  return decision.decided;
}

/** The refusal of a command for a reason that is not the limit's, or because an invariant broke: the limit goes on as it was. */
export function refuseLimit(
  state: LimitState | undefined,
  command: Command,
  { code, message }: { readonly code: ErrorCode; readonly message: string },
  context: DecideContext,
): Decided<LimitState> {
  const decision = new LimitDecision(state, command, context);
  decision.reject(code, message);
  return decision.decided;
}

class LimitDecision {
  readonly events: SealedEvent[] = [];

  constructor(
    private current: LimitState | undefined,
    readonly command: Command,
    readonly context: DecideContext,
  ) {}

  get exists(): boolean {
    return this.current !== undefined;
  }

  get state(): LimitState {
    invariant(this.current !== undefined, 'a rule asks for the state of a limit that does not exist');
    return this.current;
  }

  emit<T extends EventType>(type: T, data: EventData<T>): void {
    const sealed = seal(type, data, this.command, this.context, this.current, this.events.length === 0);
    this.events.push(sealed);
    this.current = evolveLimit(this.current, sealed.event);
  }

  reject(code: ErrorCode, message: string): void {
    const data = { command: this.command.type, code, message };
    if (this.current !== undefined) this.emit('CommandRejected', data);
    else this.events.push(sealOutside(data, this.command, this.context));
  }

  get decided(): Decided<LimitState> {
    return { state: this.current, events: this.events, grants: [] };
  }
}

function request(decision: LimitDecision, data: CommandData<'RequestPermit'>): void {
  const { kind, name, key, limits, pollId, ...wish } = data;
  if (!decision.exists) decision.emit('LimitOpened', { kind, name, ...(key === undefined ? {} : { key }) });
  else if (requestOf(decision.state, wish.holder) >= wish.request) {
    return decision.reject('NOTHING_TO_DO', `Request ${wish.request} of ${wish.holder} is known already`);
  }
  if (!isSame(limits, decision.state.limits)) decision.emit('LimitSet', { limits });
  // Who asks anew does not run any more: the word of its end is still on its way.
  const held = own(decision.state.held, wish.holder);
  if (held !== undefined) decision.emit('PermitReleased', { holder: wish.holder, request: held.request });
  lapse(decision);
  const { holder, request, requester } = wish;
  if (wish.otherwise === 'take') decision.emit('PermitTaken', { holder, request, requester });
  else if (hasRoom(decision.state, wish, decision.context.now))
    decision.emit('PermitGranted', { holder, request, requester });
  else if (wish.otherwise === 'refuse') decision.emit('PermitRefused', { holder, request, requester });
  else decision.emit('PermitQueued', { ...wish, ...(pollId === undefined ? {} : { pollId }) });
  fillRoom(decision);
}

/** A release is about one request; one that is late must not end the next. */
function release(decision: LimitDecision, { holder, request }: CommandData<'ReleasePermit'>): void {
  const known = requestOf(decision.state, holder);
  if (known < 0 || known > request) {
    return decision.reject('NOTHING_TO_DO', `Request ${request} of ${holder} holds nothing and waits for nothing`);
  }
  decision.emit('PermitReleased', { holder, request });
  lapse(decision);
  fillRoom(decision);
}

function fire(decision: LimitDecision): void {
  lapse(decision);
  fillRoom(decision);
  if (decision.events.length === 0) decision.reject('TIMER_NOT_DUE', 'No timer of the limit is due');
}

function lapse(decision: LimitDecision): void {
  const { offers } = decision.state;
  for (const { holder, until } of Object.values(offers)) {
    if (until <= decision.context.now) decision.emit('OfferLapsed', { holder });
  }
}

/** The next in line, as long as there is room. A long line is worked off bit by bit: the limit's timer is due at once then. */
function fillRoom(decision: LimitDecision): void {
  const { now } = decision.context;
  for (let count = 0; count < bounds.permitsPerDecision; count++) {
    const { state } = decision;
    const wish = state.waiting[state.queue[0] ?? ''];
    if (wish === undefined || !hasRoom(state, wish, now)) return;
    const { holder, request, requester, priority, since } = wish;
    if (wish.otherwise === 'grant') decision.emit('PermitGranted', { holder, request, requester });
    else {
      const until = now + bounds.offerMs;
      decision.emit('PermitOffered', { holder, request, requester, priority, since, until });
    }
  }
}

/** The latest request of a holder that the limit knows of, or -1. */
function requestOf({ held, waiting, offers }: LimitState, holder: string): number {
  return (own(held, holder) ?? own(waiting, holder) ?? own(offers, holder))?.request ?? -1;
}

function isSame(a: Limits, b: Limits): boolean {
  return a.concurrent === b.concurrent && a.rate === b.rate && a.rateSeconds === b.rateSeconds;
}
