/** What is true of a limit after an event. Like the workflow's `evolve` it changes the state that it is given. */
import { type Event, type EventNamed, invariant } from '@dacapo/contracts';

import { own } from '../state.js';
import { windowMs } from './room.js';
import { isAhead, type LimitState, type Wish } from './state.js';

export function evolveLimit(state: LimitState | undefined, event: Event): LimitState {
  if (event.type === 'LimitOpened') return advance(opened(event), event);
  invariant(state !== undefined, `I2 ${event.type} (seq ${event.seq}) of ${event.workflowId} comes before LimitOpened`);
  apply(state, event);
  return advance(state, event);
}

function advance(state: LimitState, { seq, hash }: Event): LimitState {
  state.seq = seq;
  state.hash = hash;
  return state;
}

function opened({ workflowId, data }: EventNamed<'LimitOpened'>): LimitState {
  const { kind, name, key } = data;
  return {
    kind: 'limit',
    workflowId,
    seq: 0,
    hash: '',
    subject: kind,
    name,
    ...(key === undefined ? {} : { key }),
    limits: {},
    held: {},
    heldCount: 0,
    waiting: {},
    queue: [],
    offers: {},
    grants: [],
  };
}

function apply(state: LimitState, event: Event): void {
  switch (event.type) {
    case 'LimitSet':
      state.limits = event.data.limits;
      return;
    case 'PermitGranted':
    case 'PermitTaken': {
      const { holder, request, requester } = event.data;
      forget(state, holder);
      state.held[holder] = { requester, request };
      state.heldCount += 1;
      return noteGrant(state, event.time);
    }
    case 'PermitQueued': {
      const { pollId: _, ...wish } = event.data;
      forget(state, wish.holder);
      return enqueue(state, wish);
    }
    case 'PermitOffered':
      forget(state, event.data.holder);
      state.offers[event.data.holder] = event.data;
      return;
    case 'PermitRefused':
    case 'OfferLapsed':
    case 'PermitReleased':
      return forget(state, event.data.holder);
    default:
      return;
  }
}

function forget(state: LimitState, holder: string): void {
  if (own(state.held, holder) !== undefined) {
    delete state.held[holder];
    state.heldCount -= 1;
  }
  delete state.offers[holder];
  const wish = own(state.waiting, holder);
  if (wish === undefined) return;
  state.queue.splice(placeOf(state, wish), 1);
  delete state.waiting[holder];
}

function enqueue(state: LimitState, wish: Wish): void {
  state.queue.splice(placeOf(state, wish), 0, wish.holder);
  state.waiting[wish.holder] = wish;
}

/** How many stand ahead of it. */
function placeOf({ queue, waiting }: LimitState, wish: Wish): number {
  let [from, to] = [0, queue.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = waiting[queue[middle] ?? ''];
    if (other !== undefined && isAhead(other, wish)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Only a rate needs to know; what has left its window is dropped. */
function noteGrant(state: LimitState, time: number): void {
  if ((state.limits.rate ?? 0) <= 0) {
    state.grants = [];
    return;
  }
  const gone = state.grants.findIndex((grant) => grant > time - windowMs(state));
  state.grants.splice(0, gone < 0 ? state.grants.length : gone);
  state.grants.push(time);
}
