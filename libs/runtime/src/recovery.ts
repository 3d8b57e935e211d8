/** A lane's memory rebuilt: the checkpoint, and every valid event behind it. No consumer group's offset decides anything. */
import { admit, DaCapoError, type Event, type Fence, parsePosition } from '@dacapo/contracts';
import { type Reaction, reactions } from '@dacapo/engine';
import type { Claim, EventBatch, Journal, LaneCheckpoint } from '@dacapo/ports';

import { CommandIds } from './command-ids.js';
import { fold } from './fold.js';
import type { LaneMemory } from './lane-memory.js';

/** How far a lane has come. */
export interface Progress {
  eventOffset: number;
  commandOffset: number;
  /** Log time: never goes back. */
  time: number;
  last: { readonly offset: number; readonly hash: string } | undefined;
  readonly ids: CommandIds;
}

export const noCheckpoint: LaneCheckpoint = { eventOffset: 0, commandOffset: 0, epoch: 0, time: 0, commandIds: [] };

export interface Recovered {
  readonly progress: Progress;
  /** They may have been sent already; receivers drop repeats. */
  readonly reactions: readonly Reaction[];
  /** Commands whose decision stands in the tail: somebody may wait for the word of an owner who never learnt that it was stored. */
  readonly decided: readonly string[];
}

/** The log still has the event that the checkpoint was taken behind; otherwise it was cut off or replaced, and nobody may just go on. */
export async function checkCheckpoint(journal: Journal, partition: number, { last }: LaneCheckpoint): Promise<void> {
  if (last === undefined) return;
  let found: string | undefined;
  for await (const { events } of journal.read(partition, last.offset, last.offset + 1))
    found = events.at(-1)?.event.hash;
  if (found === last.hash) return;
  throw new DaCapoError(
    'JOURNAL_UNAVAILABLE',
    `The events of partition ${partition} are not those that its checkpoint was taken from: offset ${last.offset} holds ` +
      `${found === undefined ? 'nothing' : 'another event'}. Restore the log, or delete the snapshots to fold what is there.`,
  );
}

export async function recover(claim: Claim, checkpoint: LaneCheckpoint, memory: LaneMemory): Promise<Recovered> {
  const progress: Progress = {
    eventOffset: checkpoint.eventOffset,
    commandOffset: checkpoint.commandOffset,
    time: checkpoint.time,
    last: checkpoint.last,
    ids: new CommandIds(checkpoint.commandIds),
  };
  const found: Reaction[] = [];
  const decided: string[] = [];
  let fence: Fence = { epoch: checkpoint.epoch };
  for await (const batch of claim.tail()) {
    const admitted = batch.events.filter(({ event }) => {
      const admission = admit(fence, event);
      if (admission.admitted) fence = admission.fence;
      return admission.admitted;
    });
    await fetchStates(admitted, memory);
    for (const { event, offset } of admitted) {
      foldInto(memory, event, found);
      note(progress, event, offset);
      if (event.commandId !== undefined) decided.push(event.commandId);
    }
    progress.eventOffset = batch.nextOffset;
  }
  return { progress, reactions: found, decided };
}

async function fetchStates(events: EventBatch['events'], memory: LaneMemory): Promise<void> {
  const begun = new Set<string>();
  const needed = new Set<string>();
  for (const { event } of events) {
    if (event.seq === 1) begun.add(event.workflowId);
    else if (event.seq > 1 && !begun.has(event.workflowId)) needed.add(event.workflowId);
  }
  await memory.fetch(needed);
}

function foldInto(memory: LaneMemory, event: Event, found: Reaction[]): void {
  const state = fold(memory.get(event.workflowId), event);
  if (state === undefined) return void found.push(...reactions(event, undefined));
  memory.set(state);
  memory.noteTail(event.workflowId);
  found.push(...reactions(event, state));
}

function note(progress: Progress, event: Event, offset: number): void {
  progress.time = Math.max(progress.time, event.time);
  progress.last = { offset, hash: event.hash };
  if (event.type === 'PartitionClaimed') return;
  const causation = parsePosition(event.causation);
  if (causation === undefined)
    throw new DaCapoError('INVARIANT_BROKEN', `I12 event at ${offset} has no readable causation`);
  progress.commandOffset = Math.max(progress.commandOffset, causation.offset + 1);
  if (event.repeatable === true && event.commandId !== undefined) progress.ids.add(event.commandId, event.time);
}
