/**
 * The only thread that writes the journal file. Each message is one transaction, answered after its fsync. A failure is final:
 * the thread says so and ends, because an fsync must never be repeated; the main thread starts another one, which recovers the
 * file. Erasable TypeScript and no value imports of ours: it runs from dist and under jest alike.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CommitRequest, StoredPartition, WriterAnswer, WriterData, WriterRequest } from './writer-protocol.js';

const format = 1;
const { file, partitionCount, offsetsPerPartition, crashAt } = workerData as WriterData;
const port = parentPort;
if (port === null) throw new Error('writer.worker runs in a thread of its own');

let db: DatabaseSync | undefined;
let reached = 0;

const answer = (message: WriterAnswer): void => port.postMessage(message);

function fail(error: unknown): void {
  try {
    db?.close();
  } catch {
    // The first error tells more than what follows from it.
  }
  answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port?.close();
}

function open(): DatabaseSync {
  const opened = new DatabaseSync(file);
  db = opened;
  mustBeSafe(opened);
  // FULL: one fsync a commit. NORMAL may lose the last commits at a power cut.
  opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0');
  createSchema(opened);
  checkMeta(opened);
  return opened;
}

/** Versions before 3.51.3 can corrupt a WAL when checkpoint and write meet. */
function mustBeSafe(opened: DatabaseSync): void {
  const { version } = opened.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major * 1e6 + minor * 1e3 + patch < 3_051_003) {
    throw new Error(`SQLite ${version} is too old: 3.51.3 or newer is needed, as in Node 24.21`);
  }
}

function createSchema(opened: DatabaseSync): void {
  opened.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS decisions (
      key INTEGER PRIMARY KEY,
      workflow TEXT NOT NULL,
      time INTEGER NOT NULL,
      command TEXT,
      events TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS decisions_of_workflow ON decisions (workflow) WHERE workflow <> '';
    CREATE INDEX IF NOT EXISTS claims ON decisions (key) WHERE command IS NULL;
    CREATE TABLE IF NOT EXISTS definitions (id INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT) STRICT;
    CREATE INDEX IF NOT EXISTS definitions_by_key ON definitions (key);
    INSERT OR IGNORE INTO meta VALUES ('format', ${format}), ('partitionCount', ${partitionCount});
    COMMIT;
  `);
}

function checkMeta(opened: DatabaseSync): void {
  const rows = opened.prepare('SELECT name, value FROM meta').all() as { name: string; value: number }[];
  const meta = new Map(rows.map((row) => [row.name, row.value]));
  const stored = { format: meta.get('format') ?? 0, partitionCount: meta.get('partitionCount') ?? 0 };
  if (stored.format > format) {
    throw new Error(`${file} has format ${stored.format}, this program knows ${format}: use a newer Da Capo`);
  }
  if (stored.partitionCount !== partitionCount) {
    throw new Error(
      `${file} has ${stored.partitionCount} partitions, ${partitionCount} are configured: the number never changes`,
    );
  }
}

function storedPartitions(opened: DatabaseSync): StoredPartition[] {
  const inPartition = 'key >= ? AND key < ? ORDER BY key DESC LIMIT 1';
  const last = opened.prepare(`SELECT key, events FROM decisions WHERE ${inPartition}`);
  const lastClaim = opened.prepare(`SELECT events FROM decisions WHERE command IS NULL AND ${inPartition}`);
  return Array.from({ length: partitionCount }, (_, partition) => {
    const range = [partition * offsetsPerPartition, (partition + 1) * offsetsPerPartition] as const;
    const row = last.get(...range) as { key: number; events: string } | undefined;
    const claim = lastClaim.get(...range) as { events: string } | undefined;
    return {
      end: row === undefined ? 0 : (row.key % offsetsPerPartition) + 1,
      epoch: claim === undefined ? 0 : (JSON.parse(claim.events) as { epoch: number }).epoch,
      lastEvent: row === undefined || row.events === '' ? null : row.events.slice(row.events.lastIndexOf('\n') + 1),
    };
  });
}

/** Prepared once; the loop over plain arrays is the hot path. */
function prepareCommit(opened: DatabaseSync): (request: CommitRequest) => void {
  const begin = opened.prepare('BEGIN IMMEDIATE');
  const commit = opened.prepare('COMMIT');
  const insert = opened.prepare('INSERT INTO decisions VALUES (?, ?, ?, ?, ?)');
  const define = opened.prepare('INSERT INTO definitions VALUES (?, ?, ?)');
  return ({ rows, definitions }) => {
    begin.run();
    for (let i = 0; i < rows.length; i += 5) {
      insert.run(rows[i] ?? null, rows[i + 1] ?? null, rows[i + 2] ?? null, rows[i + 3] ?? null, rows[i + 4] ?? null);
    }
    for (let i = 0; i < definitions.length; i += 3) {
      define.run(definitions[i] ?? null, definitions[i + 1] ?? null, definitions[i + 2] ?? null);
    }
    commit.run();
    if (rows.length > 0) reachWritten();
  };
}

function reachWritten(): void {
  if (crashAt?.name === 'append:written' && ++reached === crashAt.count) process.kill(process.pid, 'SIGKILL');
}

function start(): void {
  const opened = open();
  const { id } = opened.prepare('SELECT coalesce(max(id), 0) AS id FROM definitions').get() as { id: number };
  const commit = prepareCommit(opened);
  port?.on('message', (request: WriterRequest) => {
    try {
      if (request.kind === 'close') {
        opened.close();
        port?.close();
      } else {
        commit(request);
        answer({ kind: 'stored' });
      }
    } catch (error) {
      fail(error);
    }
  });
  answer({ kind: 'ready', partitions: storedPartitions(opened), definitionEnd: id + 1 });
}

try {
  start();
} catch (error) {
  fail(error);
}
