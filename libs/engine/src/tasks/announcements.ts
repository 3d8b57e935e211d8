/** `onStateChange` of a task: what is published when it enters a status (contract 5.21). */
import type { TaskStatus } from '@dacapo/contracts';
import type { StateChangeEvent } from '@dacapo/definitions';
import { compileTemplate, type Template } from '@dacapo/expressions';

export interface Announcement {
  readonly type: string;
  readonly payload: Template;
}

export type Announcements = ReadonlyMap<TaskStatus, readonly Announcement[]>;

const named: Readonly<Record<string, readonly TaskStatus[]>> = {
  SCHEDULED: ['SCHEDULED'],
  START: ['IN_PROGRESS'],
  IN_PROGRESS: ['IN_PROGRESS'],
  SUCCESS: ['COMPLETED', 'COMPLETED_WITH_ERRORS'],
  COMPLETED: ['COMPLETED'],
  COMPLETED_WITH_ERRORS: ['COMPLETED_WITH_ERRORS'],
  FAILED: ['FAILED', 'FAILED_WITH_TERMINAL_ERROR', 'TIMED_OUT'],
  FAILED_WITH_TERMINAL_ERROR: ['FAILED_WITH_TERMINAL_ERROR'],
  TIMED_OUT: ['TIMED_OUT'],
  CANCELLED: ['CANCELED'],
  CANCELED: ['CANCELED'],
  SKIPPED: ['SKIPPED'],
};

/** Keys are names such as `onStart`, several of them separated by commas; a status that is named twice publishes twice. */
export function compileAnnouncements(
  onStateChange: Readonly<Record<string, readonly StateChangeEvent[]>> | undefined,
): Announcements | undefined {
  const entries = Object.entries(onStateChange ?? {});
  if (entries.length === 0) return undefined;
  const all = new Map<TaskStatus, Announcement[]>();
  for (const [key, events] of entries) {
    const announcements = events.map(({ type, payload }) => ({ type, payload: compileTemplate(payload ?? {}) }));
    for (const status of statusesOf(key)) {
      const known = all.get(status);
      if (known === undefined) all.set(status, [...announcements]);
      else known.push(...announcements);
    }
  }
  return all.size === 0 ? undefined : all;
}

/** A name that nobody knows names no status. */
function statusesOf(key: string): readonly TaskStatus[] {
  return key.split(',').flatMap((part) => {
    const name = part.trim().replace(/^on/, '').toUpperCase();
    return Object.hasOwn(named, name) ? (named[name] ?? []) : [];
  });
}
