/**
 * The stream of a limit: who holds a permit and who waits for one. It lives in a lane like a workflow, so that permits are granted in the
 * order of one log: exactly, however many engines and gateways there are. No view ever shows it.
 */
import type { Hash, Limits } from '@dacapo/contracts';

export interface Hold {
  readonly requester: string;
  readonly request: number;
}

/** Place in the queue: higher priority first, then whoever has waited longer, then by id so that the order is total. */
export interface Rank {
  readonly holder: string;
  readonly priority: number;
  readonly since: number;
}

export interface Wish extends Rank, Hold {
  readonly otherwise: 'offer' | 'grant' | 'refuse' | 'take';
}

export interface Offer extends Rank, Hold {
  readonly until: number;
}

export interface LimitState {
  /** Tells it from a workflow's state. */
  readonly kind: 'limit';
  /** The stream's id; every stream's state has it under this name. */
  readonly workflowId: string;
  seq: number;
  hash: string;
  readonly subject: 'task' | 'workflow';
  readonly name: string;
  readonly key?: string;
  limits: Limits;
  /** By holder. */
  held: Record<string, Hold>;
  heldCount: number;
  waiting: Record<string, Wish>;
  /** The holders of `waiting`, the next one in front. */
  queue: string[];
  /** Whom room is kept for, for a short while. */
  offers: Record<string, Offer>;
  /** When permits were granted, oldest first: as far back as the rate's window reaches. */
  grants: number[];
}

const prefix = 'limit:';

export function isLimitId(id: string): boolean {
  return id.startsWith(prefix);
}

/** The stream that counts a task's executions over all workflows, or a workflow's that have the same key. */
export function limitIdOf(hash: Hash, kind: LimitState['subject'], name: string, key = ''): string {
  return `${prefix}${hash(`${kind}\n${name}\n${key}`)}`;
}

export function isAhead(a: Rank, b: Rank): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.since === b.since ? a.holder < b.holder : a.since < b.since;
}
