import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unavailable } from './unavailable.js';

const busy = 5;

/**
 * One process per data folder: two writers would corrupt it. The lock is an open write transaction on a side database, so the
 * system drops it with the process, however that ends. Others may still read who holds it.
 */
export class FolderLock {
  private constructor(private readonly db: DatabaseSync) {}

  static take(directory: string): FolderLock {
    mkdirSync(directory, { recursive: true });
    const db = new DatabaseSync(join(directory, 'lock.sqlite'));
    try {
      db.exec(`
        BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL) STRICT;
        DELETE FROM holder;
        INSERT INTO holder VALUES (${process.pid});
        COMMIT;
        BEGIN IMMEDIATE;`);
      return new FolderLock(db);
    } catch (error) {
      const isHeld = (error as { errcode?: unknown }).errcode === busy;
      const holder = isHeld ? holderOf(db) : '';
      db.close();
      if (isHeld) throw unavailable(`The data folder ${directory} is used by another process${holder}. Stop it first.`);
      throw unavailable(`The data folder ${directory} cannot be used: ${String(error)}`, error);
    }
  }

  release(): void {
    this.db.close();
  }
}

function holderOf(db: DatabaseSync): string {
  try {
    const row = db.prepare('SELECT pid FROM holder').get() as { pid: number } | undefined;
    return row === undefined ? '' : ` (pid ${row.pid})`;
  } catch {
    // It is taking the lock at this very moment; the message does without its number.
    return '';
  }
}
