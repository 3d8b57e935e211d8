/**
 * Who may write a partition, judged from the log alone. Every reader of ours sends every event through `admit`, in log
 * order. It covers events only, never commands: a stale owner's events can be decided again, a dropped command is lost.
 */
import type { Event } from './events.js';

export interface Fence {
  readonly epoch: number;
}

export const openFence: Fence = { epoch: 0 };

export type Admission = { readonly admitted: true; readonly fence: Fence } | { readonly admitted: false };

export function admit(fence: Fence, event: Event): Admission {
  if (event.type === 'PartitionClaimed') {
    // Of two claims with one number the first in the log is valid.
    return event.epoch > fence.epoch ? { admitted: true, fence: { epoch: event.epoch } } : { admitted: false };
  }
  return event.epoch === fence.epoch ? { admitted: true, fence } : { admitted: false };
}
