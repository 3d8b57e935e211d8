/**
 * Reads the views file beside the writer, so that a long search never stands in front of a write.
 * Erasable TypeScript and no value imports of ours: it runs from dist and under jest alike.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, ReadRequest, Row } from './protocol.js';

const statementsMax = 200;
const { file } = workerData as { file: string };
const port = parentPort;
if (port === null) throw new Error('reader.worker runs in a thread of its own');

const db = new DatabaseSync(file, { readOnly: true });
const statements = new Map<string, StatementSync>();

function statement(sql: string): StatementSync {
  const known = statements.get(sql);
  if (known !== undefined) return known;
  // Searches differ in their conditions; their number is small, and bounded here.
  if (statements.size >= statementsMax) statements.clear();
  const made = db.prepare(sql);
  made.setReturnArrays(true);
  statements.set(sql, made);
  return made;
}

port.on('message', (request: ReadRequest | undefined) => {
  if (request === undefined) {
    db.close();
    port.close();
    return;
  }
  let answer: Answer;
  try {
    const found = statement(request.sql);
    const rows = request.parameters.flatMap((each) => found.all(...each) as unknown as Row[]);
    answer = { id: request.id, rows };
  } catch (error) {
    answer = { id: request.id, failure: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
});
port.postMessage({ id: 0, rows: [] } satisfies Answer);
