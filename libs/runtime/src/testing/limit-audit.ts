/** I18 judged from the log alone: the permits of a limit at each of its positions, and what workflows made of them. */
import { type Event, type Limits } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';

export interface LimitReport {
  /** The most permits that were held at once. */
  readonly most: number;
  readonly granted: number;
  /** Holders that have not given theirs back, or still wait. */
  readonly left: readonly string[];
}

/** Throws where a permit was granted too many, or a task was started without one. */
export function auditLimits(events: readonly Event[]): ReadonlyMap<string, LimitReport> {
  const ids = new Set(events.map(({ workflowId }) => workflowId).filter(isLimitId));
  const grants = new Set<string>();
  const reports = new Map<string, LimitReport>();
  for (const id of ids) {
    const stream = events.filter(({ workflowId, seq }) => workflowId === id && seq > 0);
    for (const event of stream) {
      if (event.type === 'PermitGranted') grants.add(`${event.data.holder}:${event.data.request}`);
    }
    reports.set(id, auditLimit(stream));
  }
  auditStarts(events, grants);
  return reports;
}

function auditLimit(events: readonly Event[]): LimitReport {
  const held = new Set<string>();
  const waiting = new Set<string>();
  const times: number[] = [];
  let limits: Limits = {};
  let most = 0;
  for (const { type, data, time } of events) {
    if (type === 'LimitSet') limits = data.limits;
    if (type === 'PermitQueued' || type === 'PermitOffered') waiting.add(data.holder);
    if (type === 'PermitReleased' || type === 'PermitRefused' || type === 'OfferLapsed') waiting.delete(data.holder);
    if (type === 'PermitReleased') held.delete(data.holder);
    if (type === 'PermitTaken') held.add(data.holder);
    if (type !== 'PermitGranted') continue;
    waiting.delete(data.holder);
    held.add(data.holder);
    times.push(time);
    most = Math.max(most, held.size);
    const { concurrent = 0, rate = 0, rateSeconds = 1 } = limits;
    const inWindow = times.filter((each) => each > time - rateSeconds * 1000).length;
    if (concurrent > 0 && held.size > concurrent) throw new Error(`I18 ${held.size} permits of ${concurrent} are held`);
    if (rate > 0 && inWindow > rate) throw new Error(`I18 ${inWindow} permits of ${rate} in a window`);
  }
  return { most, granted: times.length, left: [...held, ...waiting] };
}

/** A task that asked is started after the answer, never before. */
function auditStarts(events: readonly Event[], grants: ReadonlySet<string>): void {
  const asked = new Map<string, number>();
  for (const { type, data, seq } of events) {
    if (type === 'PermitRequested') asked.set(data.taskId, seq);
    if (type !== 'TaskStarted') continue;
    const request = asked.get(data.taskId);
    if (request !== undefined && !grants.has(`${data.taskId}:${request}`))
      throw new Error(`I18 task ${data.taskId} was started without a permit`);
  }
}
