/**
 * The proof of one workflow: its log is whole and chained, its commands decided again give the same bytes, and the read model says what the
 * events say. `GET /api/workflow/{id}/verify` and the tests use this one function.
 */
import { type Hash, isDaCapoError, partitionOf, type TaskDocument, type WorkflowDocument } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';
import type { Journal, ReadStore, StoredEvent } from '@dacapo/ports';
import { type OwnOutputs, projectTask, projectWorkflow, tasksOf } from '@dacapo/projections';

import type { DefinitionRegistry } from '../definition-registry.js';
import type { VerifyReport, Violation } from './report.js';
import { verifyLog } from './verify-log.js';
import { verifyReplay } from './verify-replay.js';

export interface VerifyTools {
  readonly journal: Journal;
  readonly readStore: ReadStore;
  readonly registry: DefinitionRegistry;
  readonly hash: Hash;
  /** Where the workflow's events lie, as far as somebody knows; spares a log without an index the search. */
  readonly range?: (workflowId: string) => Promise<{ readonly from: number; readonly to: number } | undefined>;
}

/** Undefined when there are no events of such a workflow. */
export async function verifyWorkflow(tools: VerifyTools, workflowId: string): Promise<VerifyReport | undefined> {
  const { journal, readStore, registry, hash } = tools;
  // Documents first: whatever they hold stands in the log that is read afterwards.
  const workflow = await readStore.workflow(workflowId);
  const tasks = await readStore.tasksOf(workflowId);
  const history = await journal.history(workflowId, await tools.range?.(workflowId));
  const events = history.flatMap((entry) => entry.events).filter(({ event }) => event.seq > 0);
  if (events.length === 0) return undefined;
  const partition = partitionOf(workflowId, journal.partitionCount);
  const violations: Violation[] = [...verifyLog(workflowId, partition, events, hash)];
  let replay = { replayed: 0, unreplayable: 0 };
  try {
    const result = verifyReplay(workflowId, history, { hash, flow: (digest) => registry.flow(digest) });
    violations.push(...result.violations);
    replay = result;
  } catch (error) {
    if (!isDaCapoError(error)) throw error;
    violations.push({ invariant: 'I23', workflowId, message: `the history cannot be replayed: ${error.message}` });
  }
  try {
    // Limits have no documents.
    if (!isLimitId(workflowId)) violations.push(...verifyDocuments(workflowId, partition, events, workflow, tasks));
  } catch (error) {
    if (!isDaCapoError(error)) throw error;
    violations.push({ invariant: 'I21', workflowId, message: `the events cannot be projected: ${error.message}` });
  }
  return {
    workflowId,
    valid: violations.length === 0,
    events: events.length,
    decisions: history.length,
    replayed: replay.replayed,
    unreplayable: replay.unreplayable,
    documents: (workflow === undefined ? 0 : 1) + tasks.length,
    violations,
  };
}

/** I21: a document at seq n equals the fold of the first n events. */
function verifyDocuments(
  workflowId: string,
  partition: number,
  events: readonly StoredEvent[],
  workflow: WorkflowDocument | undefined,
  tasks: readonly TaskDocument[],
): readonly Violation[] {
  const violations: Violation[] = [];
  let document: WorkflowDocument | undefined;
  const taskDocuments = new Map<string, TaskDocument>();
  const stored = new Map(tasks.map((task) => [task.taskId, task]));
  const own: OwnOutputs = new WeakSet();
  const report = (message: string): void => {
    violations.push({ invariant: 'I21', workflowId, message });
  };
  for (const { event, offset } of events) {
    const place = { partition, offset };
    document = projectWorkflow(document, event, place);
    if (event.seq === workflow?.seq && !isSame(document, workflow))
      report(`the document at seq ${event.seq} differs from the fold of the events`);
    for (const taskId of tasksOf(event)) {
      const task = projectTask(taskDocuments.get(taskId), event, place, own);
      taskDocuments.set(taskId, task);
      const kept = stored.get(taskId);
      if (event.seq === kept?.seq && !isSame(task, kept))
        report(`the document of task ${taskId} at seq ${event.seq} differs from the fold of the events`);
    }
  }
  for (const { taskId, seq } of tasks) {
    if (seq > (taskDocuments.get(taskId)?.seq ?? 0))
      report(`the document of task ${taskId} is at seq ${seq}, the log does not reach it`);
  }
  if (workflow !== undefined && workflow.seq > (document?.seq ?? 0))
    report(`the document is at seq ${workflow.seq}, the log ends at ${document?.seq ?? 0}`);
  return violations;
}

/** Property order does not count, absent and undefined are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  )
    return false;
  const left = definedEntries(a);
  const right = new Map(definedEntries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}

function definedEntries(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, entry]) => entry !== undefined);
}
