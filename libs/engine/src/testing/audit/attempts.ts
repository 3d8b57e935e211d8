/** The attempts of all tasks by a bookkeeping of its own (I4, I5, I6, I9, I13, I16): the engine's indexes are what is judged here, so they are never asked. */
import type { Event, EventData, EventNamed, JsonObject } from '@dacapo/contracts';
import type { WorkflowTask } from '@dacapo/definitions';

import type { Flow } from '../../flow/flow.js';
import type { LifeAudit } from './life.js';
import { must } from './must.js';

export interface Attempt {
  readonly taskId: string;
  readonly reference: string;
  readonly type: string;
  readonly retryCount: number;
  readonly joinOn: readonly string[];
  /** A JOIN with a script may end before its tasks. */
  readonly hasScript: boolean;
  /** Tasks that a dynamic fork has recorded. */
  readonly forked: string[];
  /** These, and the tasks inside of them. */
  readonly inside: Map<string, JsonObject>;
  readonly timers: Map<string, number>;
  isQueued: boolean;
  open: boolean;
  claimed: boolean;
  /** Another attempt is owed. */
  retried: boolean;
  isSuccess: boolean;
  endedInRun: number;
  /** TRY: the list that it is in. */
  branch: string;
  /** The child that it started, and the first of its runs that has not ended. */
  child: string | undefined;
  childRun: number;
}

type Scheduling = EventNamed<'TaskScheduled'> | EventNamed<'RetryScheduled'>;
type End =
  EventNamed<'TaskCompleted'> | EventNamed<'TaskFailed'> | EventNamed<'TaskTimedOut'> | EventNamed<'TaskCanceled'>;
type OfTask = Extract<Event, { readonly data: { readonly taskId: string } }>;

export const lists: readonly string[] = ['try', 'catch', 'finally'];

export class AttemptAudit {
  readonly byId = new Map<string, Attempt>();
  readonly latest = new Map<string, Attempt>();
  readonly skipped = new Set<string>();
  /** By run, reference and attempt: no two of one name. */
  private readonly scheduled = new Set<string>();
  /** TRY tasks that may go back to an earlier list. */
  private readonly reopened = new Set<string>();
  private readonly children = new Set<string>();
  private readonly gone = new Set<string>();

  constructor(private readonly life: LifeAudit) {}

  /** Over for good, as far as the records say: not open, and no other attempt is owed. */
  isOver(reference: string): boolean {
    const attempt = this.latest.get(reference);
    return attempt !== undefined && !attempt.open && !attempt.retried;
  }

  take(event: Event, flow: Flow): void {
    switch (event.type) {
      case 'WorkflowJumped':
        return must(![...this.latest.values()].some(({ open }) => open), 'I4 nothing is open when a workflow jumps');
      case 'TimerFired':
        return this.fire(event);
      case 'PermitRequested':
        return must(!this.openAttempt(event).claimed, 'I9 only a task that nobody has is asked for');
      case 'TaskScheduled':
      case 'RetryScheduled':
        return this.schedule(event, flow);
      case 'TaskQueued':
        return this.queue(event);
      case 'TasksForked':
        return this.fork(event);
      case 'TaskOffered':
      case 'TaskLeaseExtended':
        return setTimers(this.openAttempt(event), event.data.timers);
      case 'TaskStarted':
        return this.start(event);
      case 'TaskProgressed': {
        const attempt = this.openAttempt(event);
        if (event.data.status === 'SCHEDULED') attempt.claimed = false;
        return setTimers(attempt, event.data.timers);
      }
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'TaskTimedOut':
      case 'TaskCanceled':
        return this.end(event);
      case 'BranchEntered':
        return this.enterBranch(event);
      case 'TaskReopened':
        return this.reopen(event);
      case 'TaskSkipped':
        return this.skip(event);
      case 'TasksRemoved':
        for (const taskId of event.data.taskIds) this.remove(taskId);
        return;
      case 'ChildRetryRequested': {
        const attempt = this.openAttempt(event);
        must(attempt.child === event.data.childWorkflowId, 'I13 only its own child is retried');
        must(event.data.run === attempt.childRun, 'I13 a child is retried as a run that has not ended');
        return;
      }
      default:
        return;
    }
  }

  private fire({ time, data: { timer } }: EventNamed<'TimerFired'>): void {
    const [kind = '', taskId = ''] = timer.split(':');
    const attempt = this.byId.get(taskId);
    const due = kind === 'workflow' ? this.life.timeout : attempt?.timers.get(kind);
    must(due !== undefined, `I16 timer ${timer} had been set`);
    must(due <= time, `I16 timer ${timer} fires ${due - time} ms early`);
    if (kind === 'workflow') return;
    must(attempt?.open === true, `I16 timer ${timer} is not of an ended task`);
    must(!this.life.paused, `I16 timer ${timer} rests while the workflow is paused`);
    attempt.timers.delete(kind);
  }

  private schedule(event: Scheduling, flow: Flow): void {
    const { taskId, referenceTaskName: reference, taskType: type, input, timers, scope = '', fork } = event.data;
    const name = reference.slice(0, reference.length - scope.length);
    this.checkPlace(name, reference, fork, flow);
    const retryCount = event.type === 'RetryScheduled' ? event.data.retryCount : 0;
    this.checkTurn(event, retryCount);
    const definition: Pick<WorkflowTask, 'expression' | 'joinStatus'> | undefined =
      fork === undefined ? flow.nodes.get(name)?.task : this.latest.get(fork)?.inside.get(name);
    const attempt: Attempt = {
      ...fresh(taskId, reference, type),
      retryCount,
      joinOn: type === 'JOIN' ? (input['joinOn'] as readonly string[]) : [],
      hasScript: definition?.expression !== undefined || definition?.joinStatus !== undefined,
      isQueued: event.data.queue !== undefined,
      timers: new Map(Object.entries(timers ?? {})),
    };
    this.byId.set(taskId, attempt);
    this.latest.set(reference, attempt);
  }

  /** I5: once in its run, and a retry after the attempt before it has failed. */
  private checkTurn(event: Scheduling, retryCount: number): void {
    const { taskId, referenceTaskName: reference } = event.data;
    const previous = this.latest.get(reference);
    must(!this.byId.has(taskId), `I5 task id ${taskId} is new`);
    if (event.type === 'TaskScheduled') must(previous === undefined, `I5 ${reference} is scheduled once`);
    else {
      must(previous?.taskId === event.data.retriedTaskId, `I5 ${reference} is retried after its last attempt`);
      must(!previous.open && !previous.isSuccess, `I5 the attempt before of ${reference} has failed`);
      must(retryCount === previous.retryCount + 1, 'I5 attempts are counted one by one');
    }
    const key = `${this.life.run} ${reference} ${retryCount}`;
    must(!this.scheduled.has(key), `I5 ${key} is scheduled once`);
    this.scheduled.add(key);
  }

  /** I6: in the definition, or inside of what a dynamic fork that has completed has recorded. */
  private checkPlace(name: string, reference: string, fork: string | undefined, flow: Flow): void {
    if (fork === undefined) return must(flow.nodes.has(name), `I6 ${reference} stands in the definition`);
    const owner = this.latest.get(fork);
    must(owner?.type === 'FORK' && owner.isSuccess, `I6 fork ${fork} has completed before ${reference} begins`);
    must(owner.inside.has(name), `I6 ${reference} stands in the list of ${fork}`);
  }

  private queue(event: EventNamed<'TaskQueued'>): void {
    const attempt = this.openAttempt(event);
    must(!attempt.isQueued, `I22 ${attempt.reference} is queued once`);
    attempt.isQueued = true;
    setTimers(attempt, event.data.timers);
  }

  private fork(event: EventNamed<'TasksForked'>): void {
    const { from, tasks } = event.data;
    const attempt = this.openAttempt(event);
    must(attempt.forked.length === from, `the list of ${attempt.reference} is recorded in its order`);
    attempt.forked.push(...tasks.map((task) => String(task['taskReferenceName'])));
    for (const task of tasksIn(tasks)) attempt.inside.set(String(task['taskReferenceName']), task);
  }

  private start(event: EventNamed<'TaskStarted'>): void {
    const attempt = this.openAttempt(event);
    must(!attempt.claimed, 'I9 an attempt has one claim at a time');
    attempt.claimed = true;
    this.startChild(attempt, event.data.subWorkflowId);
    setTimers(attempt, event.data.timers);
  }

  /** I13: an attempt has one child, and nobody else has it. */
  private startChild(attempt: Attempt, child: string | undefined): void {
    if (child === undefined) return;
    must(attempt.child === undefined && !this.children.has(child), `I13 ${attempt.reference} starts one child`);
    attempt.child = child;
    this.children.add(child);
  }

  private end(event: End): void {
    const attempt = this.openAttempt(event);
    if (attempt.type === 'JOIN' && !attempt.hasScript && event.type !== 'TaskCanceled') this.checkJoined(attempt);
    const status = event.type === 'TaskCanceled' ? undefined : event.data.status;
    endChild(attempt, event.data);
    attempt.open = false;
    attempt.claimed = false;
    attempt.endedInRun = this.life.run;
    attempt.isSuccess = status === 'COMPLETED' || status === 'COMPLETED_WITH_ERRORS';
    attempt.retried = event.type !== 'TaskCompleted' && event.data.retried === true;
    attempt.timers.clear();
  }

  private checkJoined({ reference, joinOn }: Attempt): void {
    for (const branch of joinOn) must(this.isOver(branch), `I7 JOIN ${reference} waits for ${branch}`);
  }

  /** A TRY goes forward through its lists; only when it has just been opened again it goes back. */
  private enterBranch(event: EventNamed<'BranchEntered'>): void {
    const attempt = this.openAttempt(event);
    const { branch, errors } = event.data;
    const goesOn = lists.indexOf(branch) > lists.indexOf(attempt.branch);
    must(
      goesOn || this.reopened.has(attempt.taskId),
      `TRY ${attempt.reference} goes from ${attempt.branch} to ${branch}`,
    );
    must(!Object.hasOwn(errors, branch), `TRY ${attempt.reference} does not begin a list that has failed`);
    this.reopened.delete(attempt.taskId);
    attempt.branch = branch;
  }

  private reopen(event: EventNamed<'TaskReopened'>): void {
    const attempt = this.attempt(event);
    must(!attempt.open && attempt.endedInRun < this.life.run, 'I4 only a new run opens an ended attempt again');
    attempt.open = true;
    attempt.retried = false;
    this.reopened.add(attempt.taskId);
    attempt.claimed = attempt.child !== undefined;
    attempt.childRun = event.data.childRun ?? attempt.childRun;
    setTimers(attempt, event.data.timers);
  }

  private skip({ data: { taskId, referenceTaskName: reference, taskType: type } }: EventNamed<'TaskSkipped'>): void {
    must(!this.byId.has(taskId) && !this.latest.has(reference), `I5 only what was not executed is skipped`);
    const attempt = { ...fresh(taskId, reference, type), open: false, isSuccess: true, endedInRun: this.life.run };
    this.byId.set(taskId, attempt);
    this.latest.set(reference, attempt);
    this.skipped.add(taskId);
  }

  /** Its id never comes back. */
  private remove(taskId: string): void {
    const attempt = this.byId.get(taskId);
    must(attempt !== undefined && !attempt.open, 'I4 only what is over is removed');
    this.gone.add(taskId);
    if (this.latest.get(attempt.reference)?.taskId === taskId) this.latest.delete(attempt.reference);
  }

  private attempt(event: OfTask): Attempt {
    const attempt = this.byId.get(event.data.taskId);
    must(attempt !== undefined, `I5 ${event.type} is about an attempt that was scheduled`);
    must(!this.gone.has(event.data.taskId), `I4 ${event.type} is about an attempt that was removed`);
    return attempt;
  }

  private openAttempt(event: OfTask): Attempt {
    const attempt = this.attempt(event);
    must(attempt.open, `I4 ${event.type} comes after the end of the attempt of ${attempt.reference}`);
    return attempt;
  }
}

function fresh(taskId: string, reference: string, type: string): Attempt {
  return {
    taskId,
    reference,
    type,
    retryCount: 0,
    joinOn: [],
    hasScript: false,
    forked: [],
    inside: new Map(),
    timers: new Map(),
    isQueued: false,
    open: true,
    claimed: false,
    retried: false,
    isSuccess: false,
    endedInRun: -1,
    branch: 'try',
    child: undefined,
    childRun: 0,
  };
}

/** I13: a child is told to end when its task ends without it, and the end of each of its runs reaches the task once. */
function endChild(
  attempt: Attempt,
  { subWorkflowId, childRun }: Pick<EventData<'TaskCompleted'>, 'subWorkflowId' | 'childRun'>,
): void {
  if (attempt.child === undefined) return;
  must(childRun !== undefined, 'I13 the end of a SUB_WORKFLOW task names a run of its child');
  must(childRun >= attempt.childRun, `I13 run ${childRun} of the child ends once`);
  must(subWorkflowId === undefined || subWorkflowId === attempt.child, 'I13 its own child is terminated');
  attempt.childRun = childRun + 1;
}

function setTimers(attempt: Attempt, timers: Readonly<Record<string, number>> | undefined): void {
  for (const [kind, due] of Object.entries(timers ?? {})) attempt.timers.set(kind, due);
}

/** Every object of a value that has a reference name. */
function* tasksIn(value: unknown): Generator<JsonObject> {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, 'taskReferenceName')) yield value as JsonObject;
  for (const inner of Object.values(value)) yield* tasksIn(inner);
}
