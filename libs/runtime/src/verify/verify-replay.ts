/** Depth `replay`: every command decided again on the state that its predecessors gave, and the result compared byte for byte. */
import type { Command, Event, Hash, SealedEvent } from '@dacapo/contracts';
import { decide, type Flow, type StreamState, type TakeGrant } from '@dacapo/engine';
import type { HistoryEntry } from '@dacapo/ports';

import { fold } from '../fold.js';
import type { Violation } from './report.js';

export interface Replay {
  readonly replayed: number;
  readonly unreplayable: number;
  readonly state: StreamState | undefined;
  readonly violations: readonly Violation[];
}

export function verifyReplay(
  workflowId: string,
  history: readonly HistoryEntry[],
  tools: { readonly hash: Hash; readonly flow: (digest: string) => Flow | undefined },
): Replay {
  let state: StreamState | undefined;
  let replayed = 0;
  let unreplayable = 0;
  const violations: Violation[] = [];
  for (const { causation, command, events: stored } of history) {
    const events = stored.map(({ event }) => event);
    const [first] = events;
    if (first === undefined) continue;
    if (command === undefined || isVerdictOfTheLane(first)) {
      unreplayable += 1;
      for (const event of events) state = fold(state, event);
      continue;
    }
    const decided = decide(state, command, {
      now: first.time,
      causation,
      epoch: first.epoch,
      hash: tools.hash,
      flow: tools.flow,
      grant: recordedGrants(command),
    });
    state = decided.state;
    replayed += 1;
    const message = difference(stored, decided.events);
    if (message !== undefined)
      violations.push({
        invariant: 'I23',
        workflowId,
        seq: first.seq,
        message: `${command.type} at ${causation} ${message}`,
      });
  }
  return { replayed, unreplayable, state, violations };
}

/** What the lane says instead of a decision: there is nothing to decide again. */
function isVerdictOfTheLane(event: Event): boolean {
  if (event.type === 'CommandRejected') return event.data.code === 'PAYLOAD_TOO_LARGE';
  return event.type === 'WorkflowQuarantined';
}

/** The polls that the decision used stand in the command, in the order in which they were taken. */
function recordedGrants({ grants = [] }: Command): TakeGrant {
  const left = [...grants];
  return (taskType, domains) =>
    left[0]?.taskType === taskType && domains.includes(left[0].domain) ? left.shift() : undefined;
}

/** Byte for byte: that covers what the hash leaves out, the command's id and the epoch. */
function difference(recorded: readonly SealedEvent[], decided: readonly SealedEvent[]): string | undefined {
  if (recorded.length !== decided.length)
    return `gave ${recorded.length} events, decided again it gives ${decided.length}`;
  const index = recorded.findIndex(({ text }, at) => text !== decided[at]?.text);
  const [was, is] = [recorded[index]?.event, decided[index]?.event];
  return index < 0
    ? undefined
    : `gave ${was?.type} (seq ${was?.seq}), decided again it gives ${is?.type} with another content`;
}
