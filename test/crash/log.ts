/** The journal file as it lies on the disk, read without any code of the server's but the decoder: an auditor must not share its bugs. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { decodeEvent, type Event } from '@dacapo/contracts';
import { packedTask, packedWorkflow } from '@dacapo/store-sqlite';

const offsetsPerPartition = 2 ** 40;

export interface LoggedEvent {
  readonly event: Event;
  readonly partition: number;
  readonly offset: number;
  readonly position: string;
}

export interface Log {
  /** In log order, partition by partition. */
  readonly events: readonly LoggedEvent[];
  /** Of one decision, by `partition:offset`. */
  readonly byPosition: ReadonlyMap<string, readonly LoggedEvent[]>;
  readonly byWorkflow: ReadonlyMap<string, readonly LoggedEvent[]>;
}

/** Of a running server too: the file is read on a connection of its own. */
export function readLog(directory: string): Log {
  const db = new DatabaseSync(join(directory, 'journal.sqlite'), { readOnly: true });
  const rows = db.prepare('SELECT key, events FROM decisions ORDER BY key').all() as { key: number; events: string }[];
  db.close();
  const events: LoggedEvent[] = [];
  const byPosition = new Map<string, LoggedEvent[]>();
  const byWorkflow = new Map<string, LoggedEvent[]>();
  for (const { key, events: texts } of rows) {
    const partition = Math.floor(key / offsetsPerPartition);
    const offset = key % offsetsPerPartition;
    const position = `${partition}:${offset}`;
    const logged =
      texts === '' ? [] : texts.split('\n').map((text) => ({ event: decodeEvent(text), partition, offset, position }));
    byPosition.set(position, logged);
    for (const each of logged) {
      events.push(each);
      if (each.event.seq > 0) listIn(byWorkflow, each.event.workflowId).push(each);
    }
  }
  return { events, byPosition, byWorkflow };
}

export interface StoredDocument {
  readonly seq: number;
  readonly status: string;
}

export interface StoredViews {
  readonly workflows: ReadonlyMap<string, StoredDocument>;
  readonly tasks: ReadonlyMap<string, StoredDocument>;
  /** Ids of workflows that a restart would find open. */
  readonly snapshots: readonly string[];
}

export function readViews(directory: string): StoredViews {
  const db = new DatabaseSync(join(directory, 'views.sqlite'), { readOnly: true });
  const documents = (table: string): readonly string[] => {
    const rows = db.prepare(`SELECT document FROM ${table}`).all() as { document: string }[];
    return rows.map(({ document }) => document);
  };
  const workflows = documents('workflows').map((text) => packedWorkflow.unpack(text));
  const tasks = documents('tasks').map((text) => packedTask.unpack(text));
  const snapshots = db.prepare('SELECT id FROM snapshots').all() as { id: string }[];
  const views = {
    workflows: new Map(workflows.map((workflow) => [workflow.workflowId, workflow])),
    tasks: new Map(tasks.map((task) => [task.taskId, task])),
    snapshots: snapshots.map(({ id }) => id),
  };
  db.close();
  return views;
}

export function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key);
  if (list !== undefined) return list;
  const made: T[] = [];
  map.set(key, made);
  return made;
}

const lastWords: ReadonlySet<Event['type']> = new Set([
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowTimedOut',
  'WorkflowTerminated',
  'WorkflowQuarantined',
]);

/** Every workflow has ended, and whatever one asked for has come into being. */
export function isAtRest({ byWorkflow, events }: Log): boolean {
  const isEnded = (list: readonly LoggedEvent[]): boolean => list.some(({ event }) => lastWords.has(event.type));
  const exists = ({ event }: LoggedEvent): boolean => {
    if (event.type === 'FailureWorkflowRequested') return byWorkflow.has(event.data.failureWorkflowId);
    if (event.type === 'TaskStarted' && event.data.subWorkflowId !== undefined)
      return byWorkflow.has(event.data.subWorkflowId);
    return true;
  };
  return [...byWorkflow.values()].every(isEnded) && events.every(exists);
}
