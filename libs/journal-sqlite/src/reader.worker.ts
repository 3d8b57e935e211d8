/**
 * Reads the journal file beside the writer, on a read-only connection: no long read ever stands in front of a commit.
 * Erasable TypeScript and no value imports of ours: it runs from dist and under jest alike.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { ReaderAnswer, ReaderData, ReaderPage, ReaderQuestion, ReaderRequest } from './reader-protocol.js';

const { file, rowsMax, charactersMax } = workerData as ReaderData;
const port = parentPort;
if (port === null) throw new Error('reader.worker runs in a thread of its own');

const queries = {
  events: 'SELECT key, events FROM decisions WHERE key >= ? AND key < ? ORDER BY key',
  history: `SELECT key, command, events FROM decisions
    WHERE workflow = ? AND workflow <> '' AND key > ? ORDER BY key`,
  // Older values of a key are left out.
  definitions: `SELECT id, key, value FROM definitions AS d WHERE id > ? AND id < ?
    AND NOT EXISTS (SELECT 1 FROM definitions AS newer WHERE newer.key = d.key AND newer.id > d.id) ORDER BY id`,
} as const;

const db = new DatabaseSync(file, { readOnly: true });
const statements = new Map<string, StatementSync>();

function statement(kind: ReaderQuestion['kind']): StatementSync {
  const known = statements.get(kind);
  if (known !== undefined) return known;
  const made = db.prepare(queries[kind]);
  made.setReturnArrays(true);
  statements.set(kind, made);
  return made;
}

function rowsFor(question: ReaderQuestion): Iterable<unknown> {
  const found = statement(question.kind);
  switch (question.kind) {
    case 'events':
      return found.iterate(question.from, question.to);
    case 'history':
      return found.iterate(question.workflow, question.after);
    case 'definitions':
      return found.iterate(question.after, question.to);
  }
}

function page(question: ReaderQuestion): ReaderPage {
  const keys: number[] = [];
  const texts: (string | null)[] = [];
  let characters = 0;
  for (const row of rowsFor(question)) {
    const [key, ...rest] = row as [number, ...(string | null)[]];
    keys.push(key);
    texts.push(...rest);
    for (const text of rest) characters += text?.length ?? 0;
    if (keys.length >= rowsMax || characters >= charactersMax) return { keys, texts, isLast: false };
  }
  return { keys, texts, isLast: true };
}

port.on('message', (request: ReaderRequest | undefined) => {
  if (request === undefined) {
    db.close();
    port.close();
    return;
  }
  let answer: ReaderAnswer;
  try {
    answer = { id: request.id, page: page(request.question) };
  } catch (error) {
    answer = { id: request.id, failure: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
});
