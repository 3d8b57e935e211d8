import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ProjectionWrite } from '@dacapo/ports';
import { aTask, aWorkflow } from '@dacapo/ports-testing';
import { SqliteStore } from './sqlite-store.js';

describe('SqliteStore', () => {
  let directory: string;
  let store: SqliteStore | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dacapo-store-'));
  });

  afterEach(async () => {
    await close();
    await rm(directory, { recursive: true });
  });

  const file = (): string => join(directory, 'views.sqlite');
  const open = async (): Promise<SqliteStore> => (store = await SqliteStore.open({ directory }));
  const close = async (): Promise<void> => {
    await store?.close();
    store = undefined;
  };
  const batch = (changes: Partial<ProjectionWrite> = {}): ProjectionWrite => ({
    workflows: [aWorkflow('w')],
    tasks: [],
    checkpoint: { reader: 'views', partition: 0, offset: 1, epoch: 1 },
    ...changes,
  });

  it('keeps read models and snapshots in one file', async () => {
    const { readStore, snapshotStore } = await open();
    await readStore.write(batch());
    const checkpoint = { eventOffset: 1, commandOffset: 1, epoch: 1, time: 1, commandIds: [] };
    await snapshotStore.save(0, checkpoint, [{ workflowId: 'w', seq: 1, state: '{}' }], []);
    await close();
    const again = await open();
    expect(await again.readStore.workflow('w')).toEqual(aWorkflow('w'));
    expect((await again.snapshotStore.load(['w'])).size).toBe(1);
  });

  it('throws away a file that is damaged', async () => {
    await writeFile(file(), 'not a database, but long enough to be looked at '.repeat(100));
    const { readStore } = await open();
    expect(await readStore.checkpoint('views', 0)).toBeUndefined();
    await readStore.write(batch());
    expect(await readStore.workflow('w')).toBeDefined();
  });

  it('throws away a file of another format', async () => {
    await (await open()).readStore.write(batch());
    await close();
    const db = new DatabaseSync(file());
    db.exec('PRAGMA user_version = 99');
    db.close();
    const { readStore } = await open();
    expect(await readStore.checkpoint('views', 0)).toBeUndefined();
    expect(await readStore.workflow('w')).toBeUndefined();
  });

  it('does not throw away a file that is only busy', async () => {
    await (await open()).readStore.write(batch());
    await close();
    const other = new DatabaseSync(file());
    other.exec('BEGIN IMMEDIATE');
    await expect(open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    other.close();
    expect(await (await open()).readStore.workflow('w')).toBeDefined();
  });

  it('writes a batch whole or not at all, and goes on after a failure', async () => {
    const { readStore } = await open();
    const bad = { ...aTask('t', 'w'), taskSeq: 0.5 };
    const failing = readStore.write(batch({ tasks: [bad] }));
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(await readStore.workflow('w')).toBeUndefined();
    expect(await readStore.checkpoint('views', 0)).toBeUndefined();
    await readStore.write(batch());
    expect(await readStore.workflow('w')).toBeDefined();
  });

  it('tells ids apart that UTF-8 does not', async () => {
    const { readStore } = await open();
    const ids = ['w\ud800', 'w\ud801', 'w\ufffd'];
    const checkpoint = { reader: 'views', partition: 0, offset: 1, epoch: 1 };
    const workflows = ids.map((id) => aWorkflow(id, { correlationId: id }));
    await readStore.write({ workflows, tasks: ids.map((id) => aTask(`${id}-t`, id)), checkpoint });
    for (const id of ids) {
      expect((await readStore.workflow(id))?.workflowId).toBe(id);
      expect(await readStore.tasksOf(id)).toHaveLength(1);
      const conditions = [{ field: 'correlationId', values: [id] }] as const;
      expect((await readStore.search({ conditions, sort: [], start: 0, size: 10 })).totalHits).toBe(1);
    }
  });

  it('uses an index for the searches that the interface offers', async () => {
    await open();
    const db = new DatabaseSync(file(), { readOnly: true });
    const plan = (sql: string): string => JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
    const page = (where: string, order = 'created DESC, id DESC'): string =>
      plan(`SELECT document FROM workflows ${where} ORDER BY ${order} LIMIT 50`);
    for (const where of ['', "WHERE status IN ('FAILED')", "WHERE name IN ('a')"]) {
      expect(page(where)).toContain('INDEX');
      expect(page(where)).not.toContain('TEMP B-TREE');
    }
    expect(page('', 'updated DESC, id DESC')).toContain('workflows_by_updated');
    expect(plan("SELECT count(*) FROM workflows WHERE name IN ('a') AND status IN ('FAILED')")).toContain('COVERING');
    const ready = 'partition = ? AND ready_since IS NOT NULL AND (ready_since, id) > (?, ?) ORDER BY ready_since, id';
    expect(plan(`SELECT document FROM tasks WHERE ${ready}`)).toContain(
      'tasks_ready (partition=? AND (ready_since,id)>(?,?))',
    );
    db.close();
  });

  it('is closed for good', async () => {
    const { readStore } = await open();
    await close();
    await expect(readStore.workflow('w')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(readStore.write(batch())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
