/**
 * The only thread that writes the views file. Read models and snapshots are caches of the journal, so `synchronous = NORMAL` is
 * right here: a power cut may lose the last transactions, but a checkpoint stands in the transaction of its documents and is lost
 * with them, and what is behind it is folded again. Erasable TypeScript and no value imports of ours.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, WriteRequest, WriteTarget } from './protocol.js';

const format = 5;
const corrupt = 11;
const notADatabase = 26;
const { file } = workerData as { file: string };
const port = parentPort;
if (port === null) throw new Error('writer.worker runs in a thread of its own');

const schema = `
  CREATE TABLE IF NOT EXISTS workflows (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, ended INTEGER, correlation TEXT, parent TEXT,
    removed INTEGER NOT NULL, document TEXT NOT NULL
  ) STRICT;
  -- Each carries what the other one searches by, so that a count of both touches no document.
  CREATE INDEX IF NOT EXISTS workflows_by_status ON workflows (status, created, id, name, removed);
  CREATE INDEX IF NOT EXISTS workflows_by_name ON workflows (name, created, id, status, removed);
  CREATE INDEX IF NOT EXISTS workflows_by_created ON workflows (created, id, removed);
  CREATE INDEX IF NOT EXISTS workflows_by_updated ON workflows (updated, id, removed);
  CREATE INDEX IF NOT EXISTS workflows_by_ended ON workflows (ended, id, removed);
  CREATE INDEX IF NOT EXISTS workflows_by_correlation ON workflows (correlation, created) WHERE correlation IS NOT NULL;
  CREATE INDEX IF NOT EXISTS workflows_by_parent ON workflows (parent, created) WHERE parent IS NOT NULL;

  CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, workflow TEXT NOT NULL, task_seq INTEGER NOT NULL,
    partition INTEGER NOT NULL, ready_since INTEGER, document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tasks_of_workflow ON tasks (workflow, task_seq, id);
  CREATE INDEX IF NOT EXISTS tasks_ready ON tasks (partition, ready_since, id) WHERE ready_since IS NOT NULL;

  CREATE TABLE IF NOT EXISTS checkpoints (
    reader TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL, epoch INTEGER NOT NULL,
    PRIMARY KEY (reader, partition)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS snapshots (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, partition INTEGER NOT NULL, due INTEGER, state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS snapshots_due ON snapshots (partition, due, id) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS lanes (partition INTEGER PRIMARY KEY, checkpoint TEXT NOT NULL) STRICT;

  CREATE TABLE IF NOT EXISTS outputs (id TEXT PRIMARY KEY, until INTEGER NOT NULL, output TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS outputs_until ON outputs (until);
  PRAGMA user_version = ${format};
`;

/** Every write replaces whole rows, and a document only by one with a higher seq: so writing twice is harmless. */
const writes: Record<WriteTarget, { readonly width: number; readonly sql: string }> = {
  workflows: {
    width: 12,
    sql: `INSERT INTO workflows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
      seq = excluded.seq, name = excluded.name, version = excluded.version, status = excluded.status,
      created = excluded.created, updated = excluded.updated, ended = excluded.ended,
      correlation = excluded.correlation, parent = excluded.parent, removed = excluded.removed,
      document = excluded.document
      WHERE excluded.seq > workflows.seq`,
  },
  tasks: {
    width: 7,
    sql: `INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
      seq = excluded.seq, workflow = excluded.workflow, task_seq = excluded.task_seq, partition = excluded.partition,
      ready_since = excluded.ready_since, document = excluded.document
      WHERE excluded.seq > tasks.seq`,
  },
  checkpoints: {
    width: 4,
    sql: `INSERT INTO checkpoints VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
      position = excluded.position, epoch = excluded.epoch`,
  },
  snapshots: {
    width: 5,
    sql: `INSERT INTO snapshots VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
      seq = excluded.seq, partition = excluded.partition, due = excluded.due, state = excluded.state
      WHERE excluded.seq > snapshots.seq`,
  },
  lanes: {
    width: 2,
    sql: 'INSERT INTO lanes VALUES (?, ?) ON CONFLICT DO UPDATE SET checkpoint = excluded.checkpoint',
  },
  outputs: {
    width: 3,
    sql: `INSERT INTO outputs VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET
      until = excluded.until, output = excluded.output`,
  },
  pruned: {
    width: 2,
    sql: `DELETE FROM outputs WHERE until <= ?
      OR id IN (SELECT id FROM outputs ORDER BY until DESC LIMIT -1 OFFSET ?)`,
  },
  forgotten: { width: 1, sql: 'DELETE FROM snapshots WHERE id = ?' },
};

/** A file that is damaged or of another format is thrown away: the journal has everything that it had. */
function open(): DatabaseSync {
  try {
    return openOnce();
  } catch (error) {
    if (!isWorthless(error)) throw error;
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    return openOnce();
  }
}

/** Not when it is only busy, or the disk full. */
function isWorthless(error: unknown): boolean {
  const { errcode, isForeign } = error as { errcode?: number; isForeign?: boolean };
  return isForeign === true || errcode === corrupt || errcode === notADatabase;
}

function openOnce(): DatabaseSync {
  const opened = new DatabaseSync(file);
  try {
    opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const { user_version: stored } = opened.prepare('PRAGMA user_version').get() as { user_version: number };
    if (stored !== 0 && stored !== format) throw Object.assign(new Error(`format ${stored}`), { isForeign: true });
    opened.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

const db = open();
const statements = new Map<WriteTarget, StatementSync>(
  Object.entries(writes).map(([target, { sql }]) => [target as WriteTarget, db.prepare(sql)]),
);

function run({ steps }: WriteRequest): void {
  db.exec('BEGIN IMMEDIATE');
  for (const { target, cells } of steps) {
    const statement = statements.get(target);
    const { width } = writes[target];
    for (let i = 0; i < cells.length; i += width) statement?.run(...cells.slice(i, i + width));
  }
  db.exec('COMMIT');
}

port.on('message', (request: WriteRequest | undefined) => {
  if (request === undefined) {
    db.close();
    port.close();
    return;
  }
  let answer: Answer = { id: request.id, rows: [] };
  try {
    run(request);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    answer = { id: request.id, failure: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
});
port.postMessage({ id: 0, rows: [] } satisfies Answer);
