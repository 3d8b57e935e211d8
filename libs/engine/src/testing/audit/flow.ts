/** Where the flow may go (I5, I6), judged from the records and the definition: retries, what a JOIN waits for, failures that nobody bears. */
import type { Event, EventNamed } from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';

import { type Flow, type Node, outerNode } from '../../flow/flow.js';
import type { WorkflowState } from '../../state.js';
import { must } from './must.js';

interface Attempt {
  readonly key: string;
  readonly type: string;
  /** Undefined for what a dynamic fork has made. */
  readonly node: Node | undefined;
  readonly retryCount: number;
  readonly forked: string[];
  isFailure: boolean;
  /** A TERMINATE that has succeeded. */
  hasTerminated: boolean;
}

type End =
  EventNamed<'TaskCompleted'> | EventNamed<'TaskFailed'> | EventNamed<'TaskTimedOut'> | EventNamed<'TaskCanceled'>;

export class FlowAudit {
  private readonly attempts = new Map<string, Attempt>();
  private readonly latest = new Map<string, string>();
  private isPaused = false;
  private hasJumped = false;
  /** Task of a rerun that was decided on just now. */
  private rerunFrom: string | undefined;

  take(event: Event, flow: Flow): void {
    switch (event.type) {
      case 'WorkflowReran':
        this.isPaused = false;
        this.rerunFrom = event.data.fromTaskId;
        return;
      case 'WorkflowPaused':
        this.isPaused = true;
        return;
      case 'WorkflowResumed':
      case 'WorkflowRetried':
      case 'WorkflowRestarted':
      case 'WorkflowReopened':
        this.isPaused = false;
        return;
      case 'WorkflowJumped':
        this.hasJumped = true;
        return;
      case 'TaskSkipped':
        return this.enter(event.data.taskId, {
          key: event.data.referenceTaskName,
          type: '',
          node: undefined,
          retryCount: 0,
        });
      case 'TaskScheduled':
      case 'RetryScheduled':
        return this.schedule(event, flow);
      case 'TasksForked':
        this.attempts
          .get(event.data.taskId)
          ?.forked.push(...event.data.tasks.map((task) => String(task['taskReferenceName'])));
        return;
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'TaskTimedOut':
      case 'TaskCanceled':
        return this.end(event);
      case 'TaskReopened':
        return this.setFailure(event.data.taskId, false);
      case 'TasksRemoved':
        for (const taskId of event.data.taskIds) this.remove(taskId);
        return;
      default:
        return;
    }
  }

  private schedule(event: EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>, flow: Flow): void {
    const { taskId, referenceTaskName: key, taskType, scope = '', fork, input } = event.data;
    must(!this.isPaused, `${key} begins while the workflow is paused`);
    const node = fork === undefined ? flow.nodes.get(scope === '' ? key : key.slice(0, -scope.length)) : undefined;
    const retryCount = event.type === 'RetryScheduled' ? event.data.retryCount : 0;
    this.enter(taskId, { key, type: taskType, node, retryCount });
    if (taskType === 'JOIN' && node !== undefined) this.checkJoin(key, node, scope, input['joinOn']);
  }

  private enter(taskId: string, attempt: Pick<Attempt, 'key' | 'type' | 'node' | 'retryCount'>): void {
    this.attempts.set(taskId, { ...attempt, forked: [], isFailure: false, hasTerminated: false });
    this.latest.set(attempt.key, taskId);
  }

  /** The tasks of its definition, or the branches of its fork; in loops they bear the turns. */
  private checkJoin(key: string, { task, dynamicFork }: Node, scope: string, joinOn: unknown): void {
    const owner = this.attempts.get(this.latest.get(`${dynamicFork?.reference ?? ''}${scope}`) ?? '');
    if (dynamicFork === undefined && scope !== '') return;
    const meant = dynamicFork === undefined ? task.joinOn : owner?.forked.map((reference) => reference + scope);
    must(canonicalJson(joinOn) === canonicalJson(meant ?? []), `I7 JOIN ${key} waits for ${canonicalJson(joinOn)}`);
  }

  private end(event: End): void {
    const { taskId } = event.data;
    const attempt = this.attempts.get(taskId);
    if (attempt === undefined) return;
    const { key, type, node, retryCount } = attempt;
    const isRetried = event.type !== 'TaskCompleted' && event.data.retried === true;
    if (isRetried && node !== undefined && node.task.type !== 'DYNAMIC') {
      const allowed = node.task.retryCount ?? node.taskDef?.retryCount ?? 0;
      must(retryCount < allowed, `I5 ${key} is retried after attempt ${retryCount} of ${allowed}`);
    }
    const isForgiven = 'status' in event.data && event.data.status === 'COMPLETED_WITH_ERRORS';
    const isPassedOver = event.type === 'TaskCanceled' && event.data.passedOver === true;
    this.setFailure(taskId, event.type !== 'TaskCompleted' && !isRetried && !isForgiven && !isPassedOver);
    attempt.hasTerminated = event.type === 'TaskCompleted' && type === 'TERMINATE';
  }

  private setFailure(taskId: string, isFailure: boolean): void {
    const attempt = this.attempts.get(taskId);
    if (attempt !== undefined) attempt.isFailure = isFailure;
  }

  private remove(taskId: string): void {
    const key = this.attempts.get(taskId)?.key ?? '';
    if (this.latest.get(key) === taskId) this.latest.delete(key);
    this.attempts.delete(taskId);
  }

  /** After a decision: what failed, and stands in nothing that could catch it, has ended the workflow. */
  check({ status, deferred, isRemoved }: WorkflowState, flow: Flow): void {
    must(!this.attempts.has(this.rerunFrom ?? ''), 'I5 the task of a rerun makes room for another');
    this.rerunFrom = undefined;
    if (isRemoved === true) return;
    // A TERMINATE completes a workflow over whatever is open, or has failed and was borne.
    const attempts = [...this.latest.values()].map((taskId) => this.attempts.get(taskId));
    const isJudged = status === 'RUNNING' || (status === 'COMPLETED' && !attempts.some((it) => it?.hasTerminated));
    if (!isJudged || deferred.length > 0) return;
    if (status === 'COMPLETED' && !this.hasJumped) this.checkAllDone(flow);
    for (const attempt of attempts) {
      if (attempt?.isFailure !== true || attempt.node === undefined || isSheltered(attempt.node)) continue;
      const isBorne = attempt.node.task.permissive && status === 'RUNNING';
      must(isBorne, `I6 ${attempt.key} has failed, and the workflow is ${status}`);
    }
  }

  /** Nothing at the top level was left out; a jump may do that. */
  private checkAllDone(flow: Flow): void {
    for (let node = flow.first; node !== undefined; node = node.next) {
      must(this.latest.has(node.reference), `I6 the workflow has completed without ${node.reference}`);
    }
  }
}

/** Inside of a TRY or of a loop. */
function isSheltered(node: Node): boolean {
  for (let around = outerNode(node); around !== undefined; around = outerNode(around)) {
    if (around.task.type === 'TRY' || around.body !== undefined) return true;
  }
  return false;
}
