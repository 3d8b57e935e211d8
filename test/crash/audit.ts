/**
 * The log against the rules and against what the clients were told, after everything has come to rest. Independent of `verify`, which checks
 * numbering, chain, replay and documents with the server's own code. Ids are those of guide/reliability.md.
 */
import { type Event, partitionOf } from '@dacapo/contracts';

import type { History } from './history.js';
import { listIn, type Log, type LoggedEvent, type StoredViews } from './log.js';
import { type End, ends, startable, tokenOf } from './scenarios.js';

const endOf: Partial<Record<Event['type'], End>> = {
  WorkflowCompleted: 'COMPLETED',
  WorkflowFailed: 'FAILED',
  WorkflowTimedOut: 'TIMED_OUT',
};

type Report = (message: string) => void;

/** What is wrong, one sentence each; empty when nothing is. */
export function audit(log: Log, history: History, partitionCount = 4): readonly string[] {
  const violations: string[] = [];
  const report: Report = (message) => violations.push(message);
  checkOwners(log, report);
  checkCommands(log, report);
  for (const [workflowId, events] of log.byWorkflow) checkWorkflow(workflowId, events, partitionCount, report);
  checkRelatives(log, report);
  checkStarts(log, history, report);
  checkUpdates(log, history, report);
  checkPolls(log, history, report);
  return violations;
}

/** I12: each event bears the epoch of the last claim in front of it. */
function checkOwners({ events }: Log, report: Report): void {
  const epochs = new Map<number, number>();
  for (const { event, partition, position } of events) {
    const epoch = epochs.get(partition) ?? 0;
    if (event.type !== 'PartitionClaimed') {
      if (event.epoch !== epoch) report(`I12 ${position} has epoch ${event.epoch} behind a claim of ${epoch}`);
      continue;
    }
    if (event.epoch <= epoch) report(`I12 the claim at ${position} has epoch ${event.epoch} after ${epoch}`);
    epochs.set(partition, event.epoch);
  }
}

/** I14: a command id leads to one decision. */
function checkCommands({ events }: Log, report: Report): void {
  const decided = new Map<string, string>();
  for (const { event, position } of events) {
    if (event.commandId === undefined) continue;
    const before = decided.get(event.commandId);
    if (before !== undefined) report(`I14 command ${event.commandId} was decided at ${before} and at ${position}`);
    decided.set(event.commandId, position);
  }
}

function checkWorkflow(
  workflowId: string,
  events: readonly LoggedEvent[],
  partitionCount: number,
  report: Report,
): void {
  const name = nameOf(events);
  const say: Report = (message) => report(`${message} (workflow ${workflowId}, ${name ?? 'without a start'})`);
  const partition = partitionOf(workflowId, partitionCount);
  for (const [index, logged] of events.entries()) {
    const { event, position } = logged;
    if (event.seq !== index + 1) say(`I2 seq ${event.seq} at ${position} stands where ${index + 1} belongs`);
    if ((event.type === 'WorkflowStarted') !== (index === 0)) say(`I2 ${event.type} is event ${index + 1}`);
    if (logged.partition !== partition) say(`I2 ${position} is not in partition ${partition}`);
  }
  const found = events.flatMap(({ event }) => endOf[event.type] ?? []);
  if (found.length !== 1 || found[0] !== ends[name ?? '']) say(`I3, I19 it ended as [${found.join()}]`);
  if (events.some(({ event }) => event.type === 'WorkflowQuarantined')) say('it is quarantined');
  checkTasks(events, say);
  checkTimers(events, say);
}

function nameOf(events: readonly LoggedEvent[]): string | undefined {
  const first = events[0]?.event;
  return first?.type === 'WorkflowStarted' ? first.data.name : undefined;
}

/** I4, I5, I10: one end per attempt, one completion per task, and the result is the one of this very attempt. */
function checkTasks(events: readonly LoggedEvent[], say: Report): void {
  const references = new Map<string, string>();
  const queued = new Set<string>();
  const ended = new Set<string>();
  const completed = new Set<string>();
  for (const { event } of events) {
    switch (event.type) {
      case 'TaskScheduled':
      case 'RetryScheduled': {
        const { taskId, referenceTaskName, queue } = event.data;
        if (references.has(taskId)) say(`I5 task ${taskId} is scheduled twice`);
        references.set(taskId, referenceTaskName);
        if (queue !== undefined) queued.add(taskId);
        break;
      }
      case 'TaskCompleted':
      case 'TaskFailed': {
        const { taskId, output } = event.data;
        const referenceTaskName = references.get(taskId) ?? '';
        if (ended.has(taskId)) say(`I4 task ${taskId} ends twice`);
        ended.add(taskId);
        if (event.type === 'TaskCompleted') {
          if (completed.has(referenceTaskName)) say(`I10 ${referenceTaskName} is completed twice`);
          completed.add(referenceTaskName);
        }
        if (queued.has(taskId) && output?.['token'] !== tokenOf({ taskId, referenceTaskName }))
          say(`I10 task ${taskId} has the result ${String(output?.['token'])}`);
        break;
      }
      case 'TaskTimedOut':
      case 'TaskCanceled':
        if (ended.has(event.data.taskId)) say(`I4 task ${event.data.taskId} ends twice`);
        ended.add(event.data.taskId);
        break;
      default:
    }
  }
  for (const taskId of references.keys()) if (!ended.has(taskId)) say(`I4 task ${taskId} never ends`);
}

/** I16: no timer fires before its time. */
function checkTimers(events: readonly LoggedEvent[], say: Report): void {
  const due = new Map<string, number>();
  for (const { event } of events) {
    if (event.type === 'TimerFired') {
      const time = due.get(event.data.timer);
      if (time === undefined) say(`I16 timer ${event.data.timer} fired without having been set`);
      else if (event.time < time) say(`I16 timer ${event.data.timer} fired ${time - event.time} ms early`);
      due.delete(event.data.timer);
    }
    const timers = 'timers' in event.data ? (event.data.timers ?? {}) : {};
    const suffix = 'taskId' in event.data ? `:${event.data.taskId}` : '';
    for (const [kind, time] of Object.entries(timers)) due.set(`${kind}${suffix}`, time);
  }
}

/** I13, and the same for failure workflows: each that was asked for exists, and knows by whom. */
function checkRelatives({ events, byWorkflow }: Log, report: Report): void {
  for (const { event } of events) {
    if (event.type === 'TaskStarted' && event.data.subWorkflowId !== undefined) {
      const first = byWorkflow.get(event.data.subWorkflowId)?.[0]?.event;
      const parent = first?.type === 'WorkflowStarted' ? first.data.parent : undefined;
      if (parent?.workflowId !== event.workflowId || parent.taskId !== event.data.taskId)
        report(`I13 the child of task ${event.data.taskId} in ${event.workflowId} is missing`);
    }
    if (event.type === 'FailureWorkflowRequested' && !byWorkflow.has(event.data.failureWorkflowId))
      report(`I13 the failure workflow of ${event.workflowId} is missing`);
  }
}

/** I1: what was acknowledged is there, what was not is there once at most, and nothing else is. */
function checkStarts(log: Log, { starts, unknownStarts }: History, report: Report): void {
  const idsByKey = new Map<string, string[]>();
  const isStartable = new Set<string>(startable);
  for (const [workflowId, events] of log.byWorkflow) {
    const first = events[0]?.event;
    if (first?.type === 'WorkflowStarted' && isStartable.has(first.data.name))
      listIn(idsByKey, String(first.data.input['key'])).push(workflowId);
  }
  for (const { key, workflowId, position, name } of starts) {
    const ids = idsByKey.get(key) ?? [];
    if (ids.length !== 1 || ids[0] !== workflowId)
      report(`I1 the start ${key} was acknowledged as ${workflowId}, the log has [${ids.join()}]`);
    const [answer] = log.byPosition.get(position) ?? [];
    if (
      answer?.event.type !== 'WorkflowStarted' ||
      answer.event.workflowId !== workflowId ||
      answer.event.data.name !== name
    )
      report(`I1 the start ${key} was acknowledged at ${position}, where ${answer?.event.type} stands`);
  }
  const known = new Set([...starts.map(({ key }) => key), ...unknownStarts]);
  for (const [key, ids] of idsByKey) {
    if (!known.has(key)) report(`I1 nobody has started ${key}`);
    if (ids.length > 1) report(`I1 ${key} was started ${ids.length} times`);
  }
}

/** I10, I11: an acknowledged result is in the log where the server said: applied, or refused because the attempt was over. */
function checkUpdates(log: Log, { updates }: History, report: Report): void {
  const answered = new Set<string>();
  for (const { taskId, workflowId, status, token, position } of updates) {
    const events = (log.byPosition.get(position) ?? []).map(({ event }) => event);
    if (!events.some((event) => isAnswer(event, { taskId, token, status, workflowId })))
      report(
        `I11 a result of task ${taskId} in ${workflowId} was acknowledged at ${position}, where [${events.map(({ type }) => type).join()}] stands`,
      );
    if (answered.has(position)) report(`I11 two results were acknowledged with ${position}`);
    answered.add(position);
  }
}

interface Wanted {
  readonly taskId: string;
  readonly workflowId: string;
  readonly status: string;
  readonly token: string;
}

function isAnswer(event: Event, { taskId, workflowId, status, token }: Wanted): boolean {
  if (event.workflowId !== workflowId) return false;
  if (event.type === 'CommandRejected') return event.data.taskId === taskId;
  if (event.type !== 'TaskCompleted' && event.type !== 'TaskFailed') return false;
  return event.data.taskId === taskId && event.data.status === status && event.data.output?.['token'] === token;
}

/**
 * I9: whoever was given an attempt holds it by an event, one per hand-out. A gateway that keeps a task for its workers holds it itself; which
 * of them gets it is not said when he is done soon.
 */
function checkPolls(log: Log, { polled }: History, report: Report): void {
  const started = new Map<string, number>();
  const keyOf = (taskId: string, workerId = ''): string => `${taskId} by ${workerId}`;
  for (const { event } of log.events) {
    if (event.type !== 'TaskStarted') continue;
    const key = keyOf(event.data.taskId, event.data.workerId);
    started.set(key, (started.get(key) ?? 0) + 1);
  }
  const take = (key: string): boolean => {
    const left = (started.get(key) ?? 0) - 1;
    started.set(key, Math.max(left, 0));
    return left >= 0;
  };
  for (const { taskId, workerId } of polled) {
    if (!take(keyOf(taskId, workerId)) && !take(keyOf(taskId)))
      report(`I9 task ${keyOf(taskId, workerId)} was handed out without an event`);
  }
}

/** I21, I22: the read model has come to the end of the log, and nothing that has ended waits in the snapshots. */
export function auditViews(log: Log, { workflows, tasks, snapshots }: StoredViews): readonly string[] {
  const violations: string[] = [];
  const taskSeqs = new Map<string, number>();
  for (const [workflowId, events] of log.byWorkflow) {
    const last = events.at(-1)?.event.seq ?? 0;
    const document = workflows.get(workflowId);
    if (document?.seq !== last)
      violations.push(`I21 the document of ${workflowId} is at seq ${document?.seq}, the log at ${last}`);
    else if (document.status !== ends[nameOf(events) ?? ''])
      violations.push(`I21 the document of ${workflowId} says ${document.status}`);
    for (const { event } of events)
      if (event.type === 'TaskScheduled' || event.type === 'RetryScheduled') taskSeqs.set(event.data.taskId, event.seq);
  }
  for (const [taskId, seq] of taskSeqs)
    if ((tasks.get(taskId)?.seq ?? 0) < seq) violations.push(`I21 the document of task ${taskId} is missing`);
  if (workflows.size !== log.byWorkflow.size)
    violations.push(`I21 there are ${workflows.size} documents of ${log.byWorkflow.size} workflows`);
  if (tasks.size !== taskSeqs.size) violations.push(`I21 there are ${tasks.size} documents of ${taskSeqs.size} tasks`);
  if (snapshots.length > 0) violations.push(`I22 ended workflows have snapshots: ${snapshots.join()}`);
  return violations;
}
