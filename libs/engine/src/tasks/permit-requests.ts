/**
 * What a workflow has to do with limits (permits/): it asks for a permit before a limited task is handed out, or before its own first task,
 * and gives it back when the attempt, or the workflow, is over. That is found out here after each decision, so that no way of ending can
 * forget it.
 */
import type { EventData, EventType, Limits } from '@dacapo/contracts';
import type { RateLimitConfig } from '@dacapo/definitions';
import { compileTemplate, evaluateTemplate } from '@dacapo/expressions';

import type { Decision } from '../decision.js';
import { limitIdOf } from '../permits/state.js';
import { scopeOf } from '../scope.js';
import { isEnded, isTaskOpen, own, type Permit, type TaskState, type WorkflowState } from '../state.js';

/** The task is nobody's until the limit has answered. `claim`: for whom, when a worker wants it. */
export function requestPermit(
  decision: Decision,
  task: TaskState,
  limits: Limits,
  claim: { readonly workerId?: string; readonly pollId?: string; readonly domain?: string } = {},
): void {
  const { context, state } = decision;
  decision.emit('PermitRequested', {
    taskId: task.taskId,
    limit: limitIdOf(context.hash, 'task', task.taskDefName),
    name: task.taskDefName,
    limits,
    priority: state.priority,
    since: task.scheduledTime,
    ...claim,
  });
}

/** A workflow whose definition bounds how many of one key may run waits for its permit. False when there is no bound. */
export function requestStart(decision: Decision): boolean {
  const config = boundOf(decision);
  if (config !== undefined) request(decision, config, config.policy);
  return config !== undefined;
}

/** Who opens a workflow again is not held back, but the workflow counts: others wait for its end. */
export function takePermit(decision: Decision): void {
  const config = boundOf(decision);
  if (config !== undefined) request(decision, config, 'TAKE');
}

function boundOf({ flow }: Decision): RateLimitConfig | undefined {
  const { rateLimitConfig } = flow.definition;
  return rateLimitConfig !== undefined && rateLimitConfig.concurrentExecLimit > 0 ? rateLimitConfig : undefined;
}

function request(
  decision: Decision,
  { rateLimitKey, concurrentExecLimit }: RateLimitConfig,
  policy: EventData<'WorkflowPermitRequested'>['policy'],
): void {
  const { context, state } = decision;
  const key = rateLimitKey === undefined ? '' : textOf(evaluateTemplate(compileTemplate(rateLimitKey), scopeOf(state)));
  decision.emit('WorkflowPermitRequested', {
    limit: limitIdOf(context.hash, 'workflow', state.name, key),
    key,
    limits: { concurrent: concurrentExecLimit },
    policy,
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** After these every permit is looked at. */
const sweeping: ReadonlySet<EventType> = new Set<EventType>([
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowTimedOut',
  'WorkflowTerminated',
  'WorkflowQuarantined',
  'WorkflowRestarted',
  'WorkflowReran',
  'WorkflowRemoved',
]);

/** Gives back what the decision has left without use. */
export function returnPermits(decision: Decision): void {
  if (!decision.exists || decision.state.permits === undefined) return;
  for (const { event } of [...decision.events]) {
    const { permits } = decision.state;
    if (permits === undefined) return;
    if (sweeping.has(event.type)) for (const holder of Object.keys(permits)) returnIfIdle(decision, holder);
    else if (event.type === 'TasksRemoved') for (const taskId of event.data.taskIds) returnIfIdle(decision, taskId);
    else if ('taskId' in event.data && event.data.taskId !== undefined) returnIfIdle(decision, event.data.taskId);
  }
}

function returnIfIdle(decision: Decision, holder: string): void {
  const { state } = decision;
  const permit = own(state.permits ?? {}, holder);
  if (permit === undefined || isNeeded(state, holder, permit)) return;
  decision.emit('PermitReturned', { holder, request: permit.request, limit: permit.limit });
}

function isNeeded(state: WorkflowState, holder: string, permit: Permit): boolean {
  if (isEnded(state.status)) return false;
  if (holder === state.workflowId) return true;
  const key = own(state.references, holder);
  const task = key === undefined ? undefined : own(state.tasks, key);
  if (task?.taskId !== holder || !isTaskOpen(task.status)) return false;
  if (!permit.held) return task.status === 'SCHEDULED' && !task.ready;
  // A task that is sent to its worker holds its permit from then on.
  return task.status === 'IN_PROGRESS' || (task.delivery === 'kafka' && task.ready);
}
