/**
 * The states that a lane has at hand. Ended workflows stay for a short while (a late result is refused from memory), idle ones leave when there are too many; whoever is missing is fetched from the
 * snapshots, or folded from the log when there is none. Only what the last checkpoint has saved may be forgotten. A snapshot counts only as
 * long as nothing has happened since: when an ended workflow leaves memory, its last snapshot stays until the next checkpoint is stored.
 */
import { partitionOf } from '@dacapo/contracts';
import { isLimitId, isOver, type StreamState } from '@dacapo/engine';
import type { Journal, LogRange, RemovedSnapshot, Snapshot, SnapshotStore } from '@dacapo/ports';

import { fold } from './fold.js';
import { limits } from './limits.js';

/** Offsets, both inclusive, in log order: together they hold all events of the workflow. */
export type Locate = (workflowId: string) => Promise<readonly LogRange[]>;

const none: ReadonlyMap<string, Snapshot> = new Map();

export class LaneMemory {
  private readonly states = new Map<string, StreamState>();
  private readonly changed = new Set<string>();
  /** May have a snapshot in the store, which must be removed when the workflow ends. */
  private readonly saved = new Set<string>();
  /** Ended, and still in memory: the oldest in front. */
  private readonly ended = new Set<string>();
  /** The last seq of those that have left memory since the last checkpoint. */
  private readonly gone = new Map<string, number>();
  /** Ended before the checkpoint that is being stored: until it is, the store still has their snapshots. */
  private removing: ReadonlySet<string> = new Set();

  constructor(
    private readonly journal: Journal,
    private readonly snapshots: SnapshotStore,
    private readonly bounds: { readonly statesMax: number; readonly endedMax: number },
    /** Where to look in a log that has no index by workflow. */
    private readonly locate?: Locate,
  ) {}

  get size(): number {
    return this.states.size;
  }

  get(workflowId: string): StreamState | undefined {
    const state = this.states.get(workflowId);
    if (state !== undefined && this.states.size > this.bounds.statesMax / 2) this.touch(workflowId, state);
    return state;
  }

  /** Least recently used first: the map's own order. Nothing is moved before there is a need to forget. */
  private touch(workflowId: string, state: StreamState): void {
    this.states.delete(workflowId);
    this.states.set(workflowId, state);
  }

  set(state: StreamState): void {
    this.gone.delete(state.workflowId);
    this.states.set(state.workflowId, state);
    this.changed.add(state.workflowId);
  }

  /** Forgets what was decided but is not durable, or broke an invariant: the next `fetch` brings it back from the log. */
  drop(workflowId: string): void {
    this.ended.delete(workflowId);
    this.states.delete(workflowId);
    this.changed.add(workflowId);
  }

  /** What the store has of the workflow is older than what the lane has done. */
  isOutdated(workflowId: string): boolean {
    return this.changed.has(workflowId) || this.removing.has(workflowId);
  }

  /** Brings states into memory; ids that never existed stay missing. */
  async fetch(workflowIds: Iterable<string>): Promise<void> {
    const missing = [...new Set(workflowIds)].filter((id) => !this.states.has(id));
    if (missing.length === 0) return;
    const stored = missing.filter((id) => !this.isOutdated(id));
    const found = stored.length === 0 ? none : await this.snapshots.load(stored);
    for (const [id, snapshot] of found) {
      this.saved.add(id);
      const state = stateOf(snapshot);
      if (state !== undefined) this.states.set(id, state);
    }
    await Promise.all(missing.filter((id) => !this.states.has(id)).map((id) => this.fetchUnsaved(id, found)));
  }

  /** A limit never ends, so every one that a checkpoint has seen has a snapshot: to search the log for a new one would cost all of it. */
  private async fetchUnsaved(id: string, found: ReadonlyMap<string, Snapshot>): Promise<void> {
    if (isLimitId(id) && !this.isOutdated(id) && !found.has(id)) {
      const partition = partitionOf(id, this.journal.partitionCount);
      // Without its checkpoint the store is another one, or empty.
      if ((await this.snapshots.checkpoint(partition)) !== undefined) return;
    }
    await this.fetchFromLog(id);
  }

  private async fetchFromLog(workflowId: string): Promise<void> {
    const ranges = (await this.locate?.(workflowId)) ?? [undefined];
    let state: StreamState | undefined;
    for (const range of ranges) {
      for (const { events } of await this.journal.history(workflowId, range)) {
        for (const { event } of events) state = fold(state, event);
      }
    }
    if (state !== undefined) this.states.set(workflowId, state);
  }

  /** The store may hold a snapshot of a workflow in the tail: one that was written just before its checkpoint was not. */
  noteTail(workflowId: string): void {
    this.saved.add(workflowId);
  }

  /** An ended workflow leaves memory when enough others have ended since; its snapshot goes with the next checkpoint. */
  release(state: StreamState): void {
    const { workflowId } = state;
    this.ended.delete(workflowId);
    if (!isOver(state)) return;
    this.ended.add(workflowId);
    if (this.ended.size <= this.bounds.endedMax) return;
    for (const oldest of this.ended) {
      const { seq } = this.states.get(oldest) ?? {};
      if (seq !== undefined && this.changed.has(oldest)) this.gone.set(oldest, seq);
      this.ended.delete(oldest);
      this.states.delete(oldest);
      return;
    }
  }

  /** What has changed since the last call, as the checkpoint needs it. */
  takeChanges(dueOf: (state: StreamState) => number | undefined): {
    readonly changed: readonly Snapshot[];
    readonly removed: readonly RemovedSnapshot[];
  } {
    const changed: Snapshot[] = [];
    const removed: RemovedSnapshot[] = [];
    for (const workflowId of this.changed) {
      const state = this.states.get(workflowId);
      if (state !== undefined && !isOver(state)) changed.push(this.snapshotOf(state, dueOf(state)));
      else if (this.saved.delete(workflowId))
        removed.push(removedOf(workflowId, state?.seq ?? this.gone.get(workflowId)));
    }
    this.changed.clear();
    this.gone.clear();
    this.removing = new Set(removed.map(({ workflowId }) => workflowId));
    return { changed, removed };
  }

  /** Where the log has an index by workflow, a short history is as quickly folded as a snapshot is read: then it holds the timer alone. */
  private snapshotOf(state: StreamState, due: number | undefined): Snapshot {
    const { workflowId, seq } = state;
    const isShort = this.locate === undefined && seq <= limits.shortHistory;
    return { workflowId, seq, state: isShort ? '' : JSON.stringify(state), ...(due === undefined ? {} : { due }) };
  }

  /** The checkpoint failed: what it should have saved is still to be saved, and may be in the store all the same. */
  restoreChanges(changed: readonly Snapshot[], removed: readonly RemovedSnapshot[]): void {
    for (const { workflowId } of [...changed, ...removed]) {
      this.changed.add(workflowId);
      this.saved.add(workflowId);
    }
    for (const { workflowId, seq } of removed) {
      if (seq !== undefined && !this.states.has(workflowId)) this.gone.set(workflowId, seq);
    }
    this.removing = new Set();
  }

  /** After the checkpoint: the snapshots are in the store, so the least recently used states may go. Returns who went. */
  forgetIdle(saved: readonly Snapshot[]): readonly string[] {
    this.removing = new Set();
    for (const { workflowId } of saved) this.saved.add(workflowId);
    const gone: string[] = [];
    for (const workflowId of this.states.keys()) {
      if (this.states.size <= this.bounds.statesMax) break;
      if (this.changed.has(workflowId) || !this.saved.has(workflowId)) continue;
      this.states.delete(workflowId);
      this.saved.delete(workflowId);
      gone.push(workflowId);
    }
    return gone;
  }

  forEach(visit: (state: StreamState) => void): void {
    for (const state of [...this.states.values()]) visit(state);
  }
}

function removedOf(workflowId: string, seq: number | undefined): RemovedSnapshot {
  return seq === undefined ? { workflowId } : { workflowId, seq };
}

/** Undefined for one that holds no state, or cannot be read: snapshots are a cache, and the log has everything. */
function stateOf({ workflowId, seq, state }: Snapshot): StreamState | undefined {
  if (state === '') return undefined;
  try {
    const parsed = JSON.parse(state) as StreamState | null;
    return parsed?.workflowId === workflowId && parsed.seq === seq ? parsed : undefined;
  } catch {
    return undefined;
  }
}
