/**
 * What must hold after every decision (guide/reliability.md, section 3), judged from the records alone and by a bookkeeping of its own: the
 * engine's indexes are what is judged here, so they are never asked.
 */
import {
  decodeEvent,
  type Event,
  type EventData,
  type EventNamed,
  expectedHash,
  type Hash,
  type JsonObject,
  type SealedEvent,
  type TaskDocument,
  type WorkflowDocument,
} from '@dacapo/contracts';
import { canonicalJson, type WorkflowTask } from '@dacapo/definitions';
import { projectTask, projectWorkflow, tasksOf } from '@dacapo/projections';

import type { Decided } from '../decision.js';
import { evolve } from '../evolve.js';
import type { Flow } from '../flow/flow.js';
import { isLoop } from '../flow/loop-turns.js';
import { isTaskOpen, type TaskState, type WorkflowState } from '../state.js';
import { FlowAudit } from './audit-flow.js';
import { LoopAudit } from './audit-loops.js';
import { TimerAudit } from './audit-timers.js';

interface Attempt {
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

const fresh: Omit<Attempt, 'taskId' | 'reference' | 'type' | 'forked' | 'inside' | 'timers'> = {
  retryCount: 0,
  joinOn: [],
  open: true,
  claimed: false,
  retried: false,
  isSuccess: false,
  endedInRun: -1,
  branch: 'try',
  hasScript: false,
  isQueued: false,
  child: undefined,
  childRun: 0,
};

interface Circumstances {
  readonly now: number;
  readonly flow: Flow;
}

const ends: ReadonlySet<string> = new Set([
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowTimedOut',
  'WorkflowTerminated',
]);
const annotations: ReadonlySet<string> = new Set([
  'CommandRejected',
  'TaskLogged',
  'FailureWorkflowRefused',
  'ChildTerminationRequested',
  'TasksRemoved',
  'WorkflowRemoved',
  'PermitReturned',
]);

const setsTimeout: ReadonlySet<string> = new Set([
  'WorkflowStarted',
  'WorkflowResumed',
  'WorkflowRetried',
  'WorkflowRestarted',
  'WorkflowReran',
  'WorkflowReopened',
]);

export class Audit {
  private flow: Flow | undefined;
  private seq = 0;
  private chain = '';
  private run = 0;
  private ended: string | undefined;
  private paused = false;
  private removed = false;
  private refusedFailureWorkflow = false;
  private workflowTimeout: number | undefined;
  private replayed: WorkflowState | undefined;
  /** The state without its place in the log, as it was before the decision. */
  private before = '';
  private document: WorkflowDocument | undefined;
  private readonly taskDocuments = new Map<string, TaskDocument>();
  private readonly attempts = new Map<string, Attempt>();
  private readonly latest = new Map<string, Attempt>();
  private readonly scheduled = new Set<string>();
  private readonly loops = new LoopAudit();
  private readonly timerAudit = new TimerAudit();
  private readonly flowAudit = new FlowAudit();
  /** TRY tasks that may go back to an earlier list. */
  private readonly reopened = new Set<string>();
  private readonly children = new Set<string>();
  private readonly gone = new Set<string>();
  /** Permits that are held or asked for, by holder, with the number of the request. */
  private readonly permits = new Map<string, number>();
  private readonly delivery = new Map<string, string | undefined>();
  private readonly skipped = new Set<string>();

  constructor(private readonly hash: Hash) {}

  /** `again` is the same command, decided on a copy of the state by the owner of the next epoch. */
  check(decided: Decided, again: Decided, { now, flow }: Circumstances): void {
    must(decided.events.length > 0, 'I14 every command leaves an event');
    this.checkRepeat(decided, again);
    this.flow = flow;
    for (const [index, record] of decided.events.entries()) {
      const event = decodeEvent(record.text);
      must(JSON.stringify(event) === record.text, `I25 ${event.type} is written as it is read`);
      must(canonicalJson(event) === canonicalJson(record.event), `I25 ${event.type} means what it says`);
      must((event.commandId !== undefined) === (index === 0), 'the first event of a decision names its command');
      if (event.seq === 0) {
        must(decided.state === undefined && event.type === 'CommandRejected', 'I2 only a refusal stands outside');
        continue;
      }
      this.take(event, record.text, flow);
      must(event.time === now, 'events bear the time of their command');
    }
    if (decided.state === undefined) return;
    this.checkState(decided.state, flow);
    const shown = canonicalJson({ ...decided.state, seq: 0, hash: '' });
    if (decided.events.some(({ event }) => event.type === 'CommandRejected')) {
      must(decided.events.length === 1 && shown === this.before, 'I11 a refusal changes nothing');
    }
    this.before = shown;
  }

  /** I23: all records from the beginning give the live state, and a snapshot in between changes nothing. */
  checkWhole(records: readonly SealedEvent[], live: WorkflowState): void {
    let state: WorkflowState | undefined;
    for (const [index, { text }] of records.entries()) {
      const event = decodeEvent(text);
      if (event.seq === 0) continue;
      if (index === records.length >> 1 && state !== undefined)
        state = JSON.parse(JSON.stringify(state)) as WorkflowState;
      state = evolve(state, event);
    }
    must(canonicalJson(state) === canonicalJson(live), 'I23 snapshot and tail give the state');
  }

  private checkRepeat(decided: Decided, again: Decided): void {
    must(again.events.length === decided.events.length, 'I23 deciding twice gives the same events');
    for (const [index, { event, text }] of decided.events.entries()) {
      const other = again.events[index];
      must(other !== undefined && other.event.hash === event.hash, `I26 ${event.type} has one hash in every epoch`);
      const there = other.text.replace(`,"epoch":${other.event.epoch},"hash"`, `,"epoch":${event.epoch},"hash"`);
      must(there === text, `I23 deciding ${event.type} twice gives the same bytes`);
    }
    must(canonicalJson(again.state) === canonicalJson(decided.state), 'I23 deciding twice gives the same state');
  }

  private take(event: Event, text: string, flow: Flow): void {
    must(event.seq === this.seq + 1, `I2 ${event.type} has seq ${event.seq} after ${this.seq}`);
    must((event.seq === 1) === (event.type === 'WorkflowStarted'), 'I2 a workflow begins with WorkflowStarted');
    must(event.hash === expectedHash(text, this.chain, this.hash), `I26 ${event.type} ${event.seq} is chained`);
    this.seq = event.seq;
    this.chain = event.hash;
    this.checkEnd(event);
    this.takeTimers(event);
    this.takePermit(event);
    this.takeTask(event);
    this.loops.take(event, flow);
    this.timerAudit.take(event);
    this.flowAudit.take(event, flow);
    this.replayed = evolve(this.replayed, event);
    this.project(event);
  }

  private checkEnd(event: Event): void {
    must(!this.removed || event.type === 'CommandRejected', `I3 ${event.type} after the removal`);
    switch (event.type) {
      case 'WorkflowRetried':
      case 'WorkflowRestarted':
      case 'WorkflowReran':
      case 'WorkflowReopened':
        must(this.ended !== undefined, 'I3 only an ended workflow is opened again');
        // A parent may ask for a later run than the next.
        must(event.data.run > this.run, 'I3 the run counts up');
        this.run = event.data.run;
        this.ended = undefined;
        this.paused = false;
        return;
      case 'WorkflowJumped':
        must(this.ended === undefined && !this.paused, 'I3 only a running workflow jumps');
        must(event.data.run === this.run + 1, 'I3 the run counts up by one');
        must(
          [...this.latest.values()].every(({ open }) => !open),
          'I4 nothing is open when a workflow jumps',
        );
        this.run = event.data.run;
        return;
      case 'WorkflowRemoved':
        must(this.ended !== undefined, 'I3 only an ended workflow is removed');
        this.removed = true;
        return;
      default:
        this.checkOwnEnd(event);
    }
  }

  private checkOwnEnd(event: Event): void {
    if (ends.has(event.type)) {
      const isOperators = event.type === 'WorkflowTerminated' && /^Workflow(Failed|TimedOut)$/.test(this.ended ?? '');
      must(this.ended === undefined || isOperators, `I3 ${event.type} after ${this.ended}`);
      must('run' in event.data ? event.data.run === this.run : this.run === 0, 'I3 an end names its run');
      this.ended = event.type;
      return;
    }
    must(this.ended === undefined || annotations.has(event.type), `I3 ${event.type} after ${this.ended}`);
    if (event.type === 'FailureWorkflowRefused') this.refusedFailureWorkflow = true;
    if (event.type === 'WorkflowPaused') this.paused = true;
    if (event.type === 'WorkflowResumed') this.paused = false;
  }

  private takeTimers(event: Event): void {
    if (setsTimeout.has(event.type) && 'timers' in event.data) this.workflowTimeout = event.data.timers?.['workflow'];
    else if (setsTimeout.has(event.type)) this.workflowTimeout = undefined;
    if (event.type !== 'TimerFired') return;
    const [kind = '', taskId = ''] = event.data.timer.split(':');
    const attempt = this.attempts.get(taskId);
    const due = kind === 'workflow' ? this.workflowTimeout : attempt?.timers.get(kind);
    must(due !== undefined, `I16 timer ${event.data.timer} had been set`);
    must(due <= event.time, `I16 timer ${event.data.timer} fires ${due - event.time} ms early`);
    if (kind === 'workflow') return;
    must(attempt?.open === true, `I16 timer ${event.data.timer} is not of an ended task`);
    must(!this.paused, `I16 timer ${event.data.timer} rests while the workflow is paused`);
    attempt.timers.delete(kind);
  }

  private takePermit(event: Event): void {
    switch (event.type) {
      case 'PermitRequested':
        must(this.openAttempt(event).claimed === false, 'I9 only a task that nobody has is asked for');
        must(!this.permits.has(event.data.taskId), 'I18 a task asks once at a time');
        this.permits.set(event.data.taskId, event.seq);
        return;
      case 'WorkflowPermitRequested':
        this.permits.set(event.workflowId, event.seq);
        return;
      case 'PermitReturned':
        if (this.permits.get(event.data.holder) === event.data.request) this.permits.delete(event.data.holder);
        return;
      case 'TaskOffered':
        if (this.delivery.get(event.data.taskId) !== 'kafka') this.permits.delete(event.data.taskId);
        return;
      case 'TaskScheduled':
      case 'RetryScheduled':
        this.delivery.set(event.data.taskId, event.data.delivery);
        return;
      default:
    }
  }

  /** I18: whoever does not run and is not waited for holds nothing. */
  private checkPermits(state: WorkflowState): void {
    for (const holder of this.permits.keys()) {
      const attempt = this.attempts.get(holder);
      const isRunning = holder === state.workflowId ? this.ended === undefined : attempt?.open;
      must(isRunning === true, `I18 ${attempt?.reference ?? holder} is over and has given its permit back`);
    }
    must(
      canonicalJson([...this.permits.keys()].toSorted()) === canonicalJson(Object.keys(state.permits ?? {}).toSorted()),
      'I18 the permits are those of the log',
    );
  }

  private takeTask(event: Event): void {
    switch (event.type) {
      case 'TaskScheduled':
      case 'RetryScheduled':
        return this.schedule(event);
      case 'TaskQueued': {
        const attempt = this.openAttempt(event);
        must(!attempt.isQueued, `I22 ${attempt.reference} is queued once`);
        attempt.isQueued = true;
        return this.setTimers(attempt, event.data.timers);
      }
      case 'TasksForked': {
        const attempt = this.openAttempt(event);
        must(attempt.forked.length === event.data.from, `the list of ${attempt.reference} is recorded in its order`);
        attempt.forked.push(...event.data.tasks.map((task) => String(task['taskReferenceName'])));
        for (const task of tasksIn(event.data.tasks)) attempt.inside.set(String(task['taskReferenceName']), task);
        return;
      }
      case 'TaskOffered':
      case 'TaskLeaseExtended':
        return this.setTimers(this.openAttempt(event), event.data.timers);
      case 'TaskStarted': {
        const attempt = this.openAttempt(event);
        must(!attempt.claimed, 'I9 an attempt has one claim at a time');
        attempt.claimed = true;
        this.startChild(attempt, event.data.subWorkflowId);
        return this.setTimers(attempt, event.data.timers);
      }
      case 'TaskProgressed': {
        const attempt = this.openAttempt(event);
        if (event.data.status === 'SCHEDULED') attempt.claimed = false;
        return this.setTimers(attempt, event.data.timers);
      }
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'TaskTimedOut':
      case 'TaskCanceled':
        return this.end(event);
      case 'BranchEntered':
        return this.enterBranch(event);
      case 'TaskReopened': {
        const attempt = this.attempt(event);
        must(!attempt.open && attempt.endedInRun < this.run, 'I4 only a new run opens an ended attempt again');
        attempt.open = true;
        attempt.retried = false;
        this.reopened.add(attempt.taskId);
        attempt.claimed = attempt.child !== undefined;
        attempt.childRun = event.data.childRun ?? attempt.childRun;
        return this.setTimers(attempt, event.data.timers);
      }
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

  /** I13: an attempt has one child, and nobody else has it. */
  private startChild(attempt: Attempt, child: string | undefined): void {
    if (child === undefined) return;
    must(attempt.child === undefined && !this.children.has(child), `I13 ${attempt.reference} starts one child`);
    attempt.child = child;
    this.children.add(child);
  }

  private skip({ data: { taskId, referenceTaskName: reference, taskType: type } }: EventNamed<'TaskSkipped'>): void {
    must(!this.attempts.has(taskId) && !this.latest.has(reference), `I5 only what was not executed is skipped`);
    const attempt = { ...fresh, taskId, reference, type, open: false, isSuccess: true, endedInRun: this.run };
    const whole = { ...attempt, forked: [], inside: new Map<string, JsonObject>(), timers: new Map<string, number>() };
    this.attempts.set(taskId, whole);
    this.latest.set(reference, whole);
    this.skipped.add(taskId);
  }

  /** Its id never comes back. */
  private remove(taskId: string): void {
    const attempt = this.attempts.get(taskId);
    must(attempt !== undefined && !attempt.open, 'I4 only what is over is removed');
    this.gone.add(taskId);
    if (this.latest.get(attempt.reference)?.taskId === taskId) this.latest.delete(attempt.reference);
  }

  private schedule(event: Extract<Event, { readonly type: 'TaskScheduled' | 'RetryScheduled' }>): void {
    const { taskId, referenceTaskName: reference, taskType: type, input, timers, scope = '', fork } = event.data;
    const name = reference.slice(0, reference.length - scope.length);
    this.checkPlace(name, reference, fork);
    const retryCount = event.type === 'RetryScheduled' ? event.data.retryCount : 0;
    const previous = this.latest.get(reference);
    must(!this.attempts.has(taskId), `I5 task id ${taskId} is new`);
    if (event.type === 'TaskScheduled') must(previous === undefined, `I5 ${reference} is scheduled once`);
    else {
      must(previous?.taskId === event.data.retriedTaskId, `I5 ${reference} is retried after its last attempt`);
      must(!previous.open && !previous.isSuccess, `I5 the attempt before of ${reference} has failed`);
      must(retryCount === previous.retryCount + 1, 'I5 attempts are counted one by one');
    }
    const key = `${this.run} ${reference} ${retryCount}`;
    must(!this.scheduled.has(key), `I5 ${key} is scheduled once`);
    this.scheduled.add(key);
    const joinOn = type === 'JOIN' ? (input['joinOn'] as readonly string[]) : [];
    const definition: Pick<WorkflowTask, 'expression' | 'joinStatus'> | undefined =
      fork === undefined ? this.flow?.nodes.get(name)?.task : this.latest.get(fork)?.inside.get(name);
    const attempt: Attempt = {
      ...fresh,
      taskId,
      reference,
      type,
      retryCount,
      joinOn,
      hasScript: definition?.expression !== undefined || definition?.joinStatus !== undefined,
      forked: [],
      inside: new Map(),
      isQueued: event.data.queue !== undefined,
      timers: new Map(Object.entries(timers ?? {})),
    };
    this.attempts.set(taskId, attempt);
    this.latest.set(reference, attempt);
  }

  /** I6: in the definition, or inside of what a dynamic fork that has completed has recorded. */
  private checkPlace(name: string, reference: string, fork: string | undefined): void {
    if (fork === undefined) {
      must(this.flow?.nodes.has(name), `I6 ${reference} stands in the definition`);
      return;
    }
    const owner = this.latest.get(fork);
    must(owner?.type === 'FORK' && owner.isSuccess, `I6 fork ${fork} has completed before ${reference} begins`);
    must(owner.inside.has(name), `I6 ${reference} stands in the list of ${fork}`);
  }

  private end(
    event: Extract<Event, { readonly type: 'TaskCompleted' | 'TaskFailed' | 'TaskTimedOut' | 'TaskCanceled' }>,
  ): void {
    const attempt = this.openAttempt(event);
    if (attempt.type === 'JOIN' && !attempt.hasScript && event.type !== 'TaskCanceled') {
      for (const reference of attempt.joinOn) {
        const branch = this.latest.get(reference);
        must(
          branch !== undefined && !branch.open && !branch.retried,
          `I7 JOIN ${attempt.reference} waits for ${reference}`,
        );
      }
    }
    const status = event.type === 'TaskCanceled' ? undefined : event.data.status;
    this.endChild(attempt, event.data);
    attempt.open = false;
    attempt.claimed = false;
    attempt.endedInRun = this.run;
    attempt.isSuccess = status === 'COMPLETED' || status === 'COMPLETED_WITH_ERRORS';
    attempt.retried = event.type !== 'TaskCompleted' && event.data.retried === true;
    attempt.timers.clear();
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

  /** I13: a child is told to end when its task ends without it, and the end of each of its runs reaches the task once. */
  private endChild(
    attempt: Attempt,
    { subWorkflowId, childRun }: Pick<EventData<'TaskCompleted'>, 'subWorkflowId' | 'childRun'>,
  ): void {
    if (attempt.child === undefined) return;
    must(childRun !== undefined, 'I13 the end of a SUB_WORKFLOW task names a run of its child');
    must(childRun >= attempt.childRun, `I13 run ${childRun} of the child ends once`);
    must(subWorkflowId === undefined || subWorkflowId === attempt.child, 'I13 its own child is terminated');
    attempt.childRun = childRun + 1;
  }

  private attempt(event: Extract<Event, { readonly data: { readonly taskId: string } }>): Attempt {
    const attempt = this.attempts.get(event.data.taskId);
    must(attempt !== undefined, `I5 ${event.type} is about an attempt that was scheduled`);
    must(!this.gone.has(event.data.taskId), `I4 ${event.type} is about an attempt that was removed`);
    return attempt;
  }

  private openAttempt(event: Extract<Event, { readonly data: { readonly taskId: string } }>): Attempt {
    const attempt = this.attempt(event);
    must(attempt.open, `I4 ${event.type} comes after the end of the attempt of ${attempt.reference}`);
    return attempt;
  }

  private setTimers(attempt: Attempt, timers: Readonly<Record<string, number>> | undefined): void {
    for (const [kind, due] of Object.entries(timers ?? {})) attempt.timers.set(kind, due);
  }

  private project(event: Event): void {
    const place = { partition: 3, offset: event.seq + 10 };
    this.document = projectWorkflow(this.document, event, place);
    for (const taskId of tasksOf(event)) {
      this.taskDocuments.set(taskId, projectTask(this.taskDocuments.get(taskId), event, place));
    }
  }

  private checkState(state: WorkflowState, flow: Flow): void {
    must(canonicalJson(this.replayed) === canonicalJson(state), 'I23 replay gives the live state', [
      this.replayed,
      state,
    ]);
    const tasks = Object.values(state.tasks);
    const open = tasks.filter((task) => isTaskOpen(task.status));
    must(state.openCount === open.length, `openCount is ${state.openCount}, open are ${open.length}`);
    const names = open.map((task) => task.referenceTaskName).toSorted();
    must(
      canonicalJson(names) === canonicalJson(Object.keys(state.open).toSorted()),
      'the index of open tasks is right',
    );
    const isOver = this.ended !== undefined;
    this.checkPermits(state);
    must((state.status !== 'RUNNING' && state.status !== 'PAUSED') === isOver, `status ${state.status} fits the log`);
    if (isOver) must(open.length === 0, 'I3 nothing is open in an ended workflow');
    for (const task of open) {
      this.checkJoin(state, task);
      checkLists(state, task, flow);
    }
    this.loops.check(state);
    this.timerAudit.check(state);
    this.flowAudit.check(state, flow);
    if (state.status === 'RUNNING') this.checkProgress(state, open, flow);
    this.checkDocuments(state, tasks);
  }

  private checkJoin(state: WorkflowState, task: TaskState): void {
    if (task.taskType === 'EXCLUSIVE_JOIN') return this.checkExclusiveJoin(state, task);
    if (task.taskType !== 'JOIN') return;
    const joinOn = new Set(task.input['joinOn'] as readonly string[]);
    const missing = [...joinOn].filter((reference) => {
      const branch = this.latest.get(reference);
      return branch === undefined || branch.open || branch.retried;
    });
    must(
      task.waitsFor === missing.length,
      `JOIN ${task.referenceTaskName} counts ${task.waitsFor} of ${missing.join()}`,
    );
    const isBusy = state.status === 'PAUSED' || state.deferred.length > 0 || task.isEvaluating === true;
    must(isBusy || missing.length > 0, `I19 JOIN ${task.referenceTaskName} waits for nothing`);
  }

  /** I7: it may only wait for the first of its tasks that is there; one that failed bears the others, if it is permissive. */
  private checkExclusiveJoin(state: WorkflowState, { referenceTaskName, input }: TaskState): void {
    if (state.status === 'PAUSED') return;
    const lists = [input['joinOn'], input['defaultExclusiveJoinTask'] ?? []] as readonly (readonly string[])[];
    const there = lists.map((list) => list.find((reference) => this.isThere(reference)));
    const attempt = this.latest.get(there[0] ?? there[1] ?? '');
    const isOver = attempt !== undefined && !attempt.open && !attempt.retried;
    must(!isOver || !attempt.isSuccess, `I7 EXCLUSIVE_JOIN ${referenceTaskName} waits for a task that has ended`);
  }

  private isThere(reference: string): boolean {
    const attempt = this.latest.get(reference);
    return attempt !== undefined && !this.skipped.has(attempt.taskId);
  }

  /** I19: a running workflow always has something that can still happen. JOINs and loops alone wait for each other for ever. */
  private checkProgress(state: WorkflowState, open: readonly TaskState[], { definition }: Flow): void {
    // What it waits for is its permit.
    if (state.rateLimited === true) return;
    must(open.length > 0 || state.deferred.length > 0, `I19 ${definition.name} runs with nothing open`);
    must(
      state.deferred.length > 0 ||
        open.some((task) => task.isEvaluating === true || (!waiters.has(task.taskType) && !isLoop(task))),
      `I19 only tasks that wait for others are open: ${open.map((task) => task.referenceTaskName).join()}`,
    );
    must(state.held.length === 0, 'I19 nothing is held back while the workflow runs');
  }

  private checkDocuments(state: WorkflowState, tasks: readonly TaskState[]): void {
    const { document } = this;
    must(document !== undefined, 'I21 there is a document');
    // The names of what failed are told at the end (contract 5.4).
    const failed = this.ended === undefined ? [] : failedFields;
    // That a failure workflow could not be started is shown in the output; the engine itself need not know.
    const output = this.refusedFailureWorkflow ? [] : ['output'];
    const fields = [...workflowFields, ...failed, ...output];
    const [there, here] = [pick(document, fields), pick(state, fields)];
    must(canonicalJson(there) === canonicalJson(here), 'I21 the workflow document says what the engine says', [
      there,
      here,
    ]);
    for (const task of tasks) {
      const taskDocument = this.taskDocuments.get(task.taskId);
      must(taskDocument !== undefined, 'I21 every attempt has a document');
      const shown = pick(taskDocument, taskFields);
      const meant = pick(task, taskFields);
      must(canonicalJson(shown) === canonicalJson(meant), `I21 document of ${task.referenceTaskName}`, [shown, meant]);
      must(taskDocument.isRemoved !== true, `I21 ${task.referenceTaskName} is shown`);
    }
    for (const { taskId, isRemoved } of this.taskDocuments.values())
      must(isRemoved !== Object.hasOwn(state.references, taskId), `I21 ${taskId} is shown if it is there`);
  }
}

const waiters: ReadonlySet<string> = new Set(['JOIN', 'EXCLUSIVE_JOIN', 'TRY']);
const lists: readonly string[] = ['try', 'catch', 'finally'];

/** What is open inside of a TRY stands in a list that it has come to and has not given up. */
function checkLists(state: WorkflowState, { referenceTaskName, node, scope = '', fork }: TaskState, flow: Flow): void {
  if (fork !== undefined || scope !== '') return;
  let inner = flow.nodes.get(node ?? referenceTaskName);
  for (let around = inner?.parent; around !== undefined; inner = around, around = around.parent) {
    const owner = around.task.type === 'TRY' ? state.tasks[around.reference] : undefined;
    if (owner === undefined) continue;
    const key = inner?.caseKey ?? '';
    const what = `${referenceTaskName} is open in list ${key} of TRY ${around.reference} (${owner.status})`;
    // What ends while the workflow is paused has no consequences before it is resumed.
    const isOver = !isTaskOpen(owner.status) && owner.status !== 'COMPLETED';
    must(!isOver || state.status === 'PAUSED', `${what}, which has failed`);
    must(!Object.hasOwn(owner.branch?.errors ?? {}, key), `${what}, which was given up`);
    const current = owner.branch?.name ?? 'try';
    must(!isTaskOpen(owner.status) || lists.indexOf(key) <= lists.indexOf(current), `${what}, which is at ${current}`);
  }
}

const workflowFields = [
  'workflowId',
  'status',
  'name',
  'version',
  'definition',
  'createTime',
  'input',
  'variables',
  'reason',
  'correlationId',
  'priority',
  'parent',
  'rateLimited',
  'rateLimitKey',
  'idempotencyKey',
  'seq',
  'isRemoved',
];
const failedFields = ['failedReferenceTaskNames', 'failedTaskNames'];

const taskFields = [
  'taskId',
  'referenceTaskName',
  'taskType',
  'taskDefName',
  'taskSeq',
  'status',
  'input',
  'output',
  'retryCount',
  'pollCount',
  'scheduledTime',
  'startTime',
  'endTime',
  'updateTime',
  'ready',
  'retried',
  'workerId',
  'reason',
  'queue',
  'domain',
  'domains',
  'delivery',
  'subWorkflowId',
  'scope',
  'fork',
];

/** Every object of a value that has a reference name. */
function* tasksIn(value: unknown): Generator<JsonObject> {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, 'taskReferenceName')) yield value as JsonObject;
  for (const inner of Object.values(value)) yield* tasksIn(inner);
}

function pick(value: object, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, (value as Record<string, unknown>)[field]]));
}

function must(condition: unknown, message: string, details?: readonly unknown[]): asserts condition {
  if (!condition)
    throw new Error(
      details === undefined ? message : `${message}\n${details.map((it) => JSON.stringify(it)).join('\n')}`,
    );
}
