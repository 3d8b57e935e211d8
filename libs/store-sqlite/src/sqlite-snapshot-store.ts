import type { LaneCheckpoint, RemovedSnapshot, Snapshot, SnapshotStore } from '@dacapo/ports';
import { limits } from './limits.js';
import { keyOf, snapshotRow, textOf } from './rows.js';
import type { StoreThread } from './store-thread.js';

export class SqliteSnapshotStore implements SnapshotStore {
  constructor(
    private readonly writer: StoreThread,
    private readonly reader: StoreThread,
  ) {}

  async checkpoint(partition: number): Promise<LaneCheckpoint | undefined> {
    const [row] = await this.reader.read('SELECT checkpoint FROM lanes WHERE partition = ?', [partition]);
    return row && (JSON.parse(String(row[0])) as LaneCheckpoint);
  }

  async load(workflowIds: readonly string[]): Promise<ReadonlyMap<string, Snapshot>> {
    const sql = 'SELECT id, seq, state, due FROM snapshots WHERE id = ?';
    const found = new Map<string, Snapshot>();
    for (let i = 0; i < workflowIds.length; i += limits.pageRows) {
      const keys = workflowIds.slice(i, i + limits.pageRows).map((id) => [keyOf(id)]);
      for (const [id, seq, state, due] of await this.reader.read(sql, ...keys)) {
        const workflowId = textOf(String(id));
        const snapshot = { workflowId, seq: Number(seq), state: String(state) };
        found.set(workflowId, due === null ? snapshot : { ...snapshot, due: Number(due) });
      }
    }
    return found;
  }

  /** One process writes the file: what is removed cannot come back. */
  save(
    partition: number,
    checkpoint: LaneCheckpoint,
    changed: readonly Snapshot[],
    removed: readonly RemovedSnapshot[],
  ): Promise<void> {
    return this.writer.write([
      { target: 'snapshots', cells: changed.flatMap((each) => snapshotRow(partition, each)) },
      { target: 'lanes', cells: [partition, JSON.stringify(checkpoint)] },
      { target: 'forgotten', cells: removed.map(({ workflowId }) => keyOf(workflowId)) },
    ]);
  }

  async due(
    partition: number,
    beforeTime: number,
    limit: number,
  ): Promise<readonly { workflowId: string; due: number }[]> {
    const sql = `SELECT id, due FROM snapshots
      WHERE partition = ? AND due IS NOT NULL AND due < ? ORDER BY due, id LIMIT ?`;
    const rows = await this.reader.read(sql, [partition, beforeTime, limit]);
    return rows.map(([id, due]) => ({ workflowId: textOf(String(id)), due: Number(due) }));
  }

  /** The file is SqliteStore's to close. */
  async close(): Promise<void> {}
}
