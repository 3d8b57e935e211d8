/** The decisions of one workflow, found by reading its partition: the log has no index by workflow. */
import { admit, type Command, type Fence, isDaCapoError, openFence, parsePosition } from '@dacapo/contracts';
import type { HistoryEntry, LogRange, StoredEvent } from '@dacapo/ports';
import { limits } from './limits.js';
import type { LogReader } from './log-reader.js';
import { commandOf, eventOf, isClaim, type LogRecord } from './record.js';

export interface HistorySearch {
  readonly events: LogReader;
  readonly commands: LogReader;
  readonly workflowId: string;
  readonly partition: number;
  readonly range?: LogRange;
}

export async function findHistory(search: HistorySearch): Promise<readonly HistoryEntry[]> {
  const decisions = await findDecisions(search);
  const commands = await findCommands(search, [...decisions.keys()]);
  return [...decisions].map(([causation, events]) => {
    const command = commands.get(causation);
    return command === undefined ? { causation, events } : { causation, command, events };
  });
}

/** Events by causation in the order of the log, without those of owners who had lost the partition. */
async function findDecisions(search: HistorySearch): Promise<ReadonlyMap<string, readonly StoredEvent[]>> {
  const { events: reader, partition, range, workflowId } = search;
  const key = Buffer.from(workflowId);
  const decisions = new Map<string, StoredEvent[]>();
  let fence = fenceAt(range);
  let seq = 0;
  const end = await reader.end(partition);
  const to = range === undefined ? end : Math.min(range.to + 1, end);
  for await (const records of reader.read(partition, range?.from ?? 0, to)) {
    for (const record of records) {
      if (!isClaim(record) && record.key?.equals(key) !== true) continue;
      const stored = eventOf(record, `events:${partition}`);
      fence ??= { epoch: stored.event.epoch };
      const admission = admit(fence, stored.event);
      if (!admission.admitted) continue;
      fence = admission.fence;
      if (isClaim(record) || stored.event.seq <= seq) continue;
      seq = stored.event.seq;
      const decision = decisions.get(stored.event.causation);
      if (decision) decision.push(stored);
      else decisions.set(stored.event.causation, [stored]);
    }
  }
  return decisions;
}

/** Unknown in a range that begins with an event which a reader has believed: its own epoch is the valid one then. */
function fenceAt(range: LogRange | undefined): Fence | undefined {
  if (range === undefined) return openFence;
  return range.epoch === undefined ? undefined : { epoch: range.epoch };
}

async function findCommands(
  search: HistorySearch,
  causations: readonly string[],
): Promise<ReadonlyMap<string, Command>> {
  const { commands: reader, partition } = search;
  const wanted = new Map<number, string>();
  for (const causation of causations) {
    const position = parsePosition(causation);
    if (position?.partition === partition) wanted.set(position.offset, causation);
  }
  const { start, end } = await reader.bounds(partition);
  const offsets = [...wanted.keys()].filter((offset) => offset >= start && offset < end).sort((a, b) => a - b);
  const found = new Map<string, Command>();
  for (const [from, to] of sweepsOf(offsets)) {
    for await (const records of reader.read(partition, from, to + 1)) {
      for (const record of records) {
        const causation = wanted.get(record.offset);
        const command = causation === undefined ? undefined : readableCommand(record, partition);
        if (causation !== undefined && command !== undefined) found.set(causation, command);
      }
    }
  }
  return found;
}

/** Neighbours are read in one go, but not the days between two far ones. */
function sweepsOf(offsets: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const sweeps: [number, number][] = [];
  for (const offset of offsets) {
    const last = sweeps.at(-1);
    if (last !== undefined && offset - last[1] <= limits.historyGapRecords) last[1] = offset;
    else sweeps.push([offset, offset]);
  }
  return sweeps;
}

/** A history without one of its commands is better than none. */
function readableCommand(record: LogRecord, partition: number): Command | undefined {
  try {
    return commandOf(record, `commands:${partition}`);
  } catch (error) {
    if (isDaCapoError(error)) return undefined;
    throw error;
  }
}
