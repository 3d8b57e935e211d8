/**
 * What must hold after every decision (guide/reliability.md, section 3), judged from the records alone and by a bookkeeping of its own: the
 * engine's indexes are what is judged here, so they are never asked.
 */
import {
  decodeEvent,
  type Event,
  expectedHash,
  type Hash,
  type SealedEvent,
  type TaskDocument,
  type WorkflowDocument,
} from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';
import { projectTask, projectWorkflow, taskOf } from '@dacapo/projections';

import type { Decided } from '../decision.js';
import { evolve } from '../evolve.js';
import type { Flow } from '../flow.js';
import { isTaskOpen, type TaskState, type WorkflowState } from '../state.js';

interface Attempt {
  readonly taskId: string;
  readonly reference: string;
  readonly type: string;
  readonly retryCount: number;
  readonly joinOn: readonly string[];
  readonly timers: Map<string, number>;
  open: boolean;
  claimed: boolean;
  /** Another attempt is owed. */
  retried: boolean;
  isSuccess: boolean;
  endedInRun: number;
}

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
const annotations: ReadonlySet<string> = new Set(['CommandRejected', 'TaskLogged', 'FailureWorkflowRefused']);

export class Audit {
  private seq = 0;
  private chain = '';
  private run = 0;
  private ended: string | undefined;
  private paused = false;
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

  constructor(private readonly hash: Hash) {}

  /** `again` is the same command, decided on a copy of the state by the owner of the next epoch. */
  check(decided: Decided, again: Decided, { now, flow }: Circumstances): void {
    must(decided.events.length > 0, 'I14 every command leaves an event');
    this.checkRepeat(decided, again);
    for (const [index, record] of decided.events.entries()) {
      const event = decodeEvent(record.text);
      must(JSON.stringify(event) === record.text, `I25 ${event.type} is written as it is read`);
      must(canonicalJson(event) === canonicalJson(record.event), `I25 ${event.type} means what it says`);
      must((event.commandId !== undefined) === (index === 0), 'the first event of a decision names its command');
      if (event.seq === 0) {
        must(decided.state === undefined && event.type === 'CommandRejected', 'I2 only a refusal stands outside');
        continue;
      }
      this.take(event, record.text);
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

  private take(event: Event, text: string): void {
    must(event.seq === this.seq + 1, `I2 ${event.type} has seq ${event.seq} after ${this.seq}`);
    must((event.seq === 1) === (event.type === 'WorkflowStarted'), 'I2 a workflow begins with WorkflowStarted');
    must(event.hash === expectedHash(text, this.chain, this.hash), `I26 ${event.type} ${event.seq} is chained`);
    this.seq = event.seq;
    this.chain = event.hash;
    this.checkEnd(event);
    this.takeTimers(event);
    this.takeTask(event);
    this.replayed = evolve(this.replayed, event);
    this.project(event);
  }

  private checkEnd(event: Event): void {
    if (event.type === 'WorkflowRetried') {
      must(this.ended !== undefined, 'I3 only an ended workflow is opened again');
      must(event.data.run === this.run + 1, 'the run counts up by one');
      this.run = event.data.run;
      this.ended = undefined;
      this.paused = false;
      return;
    }
    if (ends.has(event.type)) {
      const isOperators = event.type === 'WorkflowTerminated' && /^Workflow(Failed|TimedOut)$/.test(this.ended ?? '');
      must(this.ended === undefined || isOperators, `I3 ${event.type} after ${this.ended}`);
      this.ended = event.type;
      return;
    }
    must(this.ended === undefined || annotations.has(event.type), `I3 ${event.type} after ${this.ended}`);
    if (event.type === 'FailureWorkflowRefused') this.refusedFailureWorkflow = true;
    if (event.type === 'WorkflowPaused') this.paused = true;
    if (event.type === 'WorkflowResumed') this.paused = false;
  }

  private takeTimers(event: Event): void {
    if (event.type === 'WorkflowStarted' || event.type === 'WorkflowResumed' || event.type === 'WorkflowRetried') {
      this.workflowTimeout = event.data.timers?.['workflow'];
    }
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

  private takeTask(event: Event): void {
    switch (event.type) {
      case 'TaskScheduled':
      case 'RetryScheduled':
        return this.schedule(event);
      case 'TaskOffered':
      case 'TaskLeaseExtended':
        return this.setTimers(this.openAttempt(event), event.data.timers);
      case 'TaskStarted': {
        const attempt = this.openAttempt(event);
        must(!attempt.claimed, 'I9 an attempt has one claim at a time');
        attempt.claimed = true;
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
      case 'TaskReopened': {
        const attempt = this.attempt(event);
        must(!attempt.open && attempt.endedInRun < this.run, 'I4 only a new run opens an ended attempt again');
        attempt.open = true;
        attempt.retried = false;
        return;
      }
      default:
        return;
    }
  }

  private schedule(event: Extract<Event, { readonly type: 'TaskScheduled' | 'RetryScheduled' }>): void {
    const { taskId, referenceTaskName: reference, taskType: type, input, timers } = event.data;
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
    const attempt: Attempt = {
      taskId,
      reference,
      type,
      retryCount,
      joinOn,
      timers: new Map(Object.entries(timers ?? {})),
      open: true,
      claimed: false,
      retried: false,
      isSuccess: false,
      endedInRun: -1,
    };
    this.attempts.set(taskId, attempt);
    this.latest.set(reference, attempt);
  }

  private end(
    event: Extract<Event, { readonly type: 'TaskCompleted' | 'TaskFailed' | 'TaskTimedOut' | 'TaskCanceled' }>,
  ): void {
    const attempt = this.openAttempt(event);
    if (attempt.type === 'JOIN' && event.type !== 'TaskCanceled') {
      for (const reference of attempt.joinOn) {
        const branch = this.latest.get(reference);
        must(
          branch !== undefined && !branch.open && !branch.retried,
          `I7 JOIN ${attempt.reference} waits for ${reference}`,
        );
      }
    }
    const status = event.type === 'TaskCanceled' ? undefined : event.data.status;
    attempt.open = false;
    attempt.claimed = false;
    attempt.endedInRun = this.run;
    attempt.isSuccess = status === 'COMPLETED' || status === 'COMPLETED_WITH_ERRORS';
    attempt.retried = event.type !== 'TaskCompleted' && event.data.retried === true;
    attempt.timers.clear();
  }

  private attempt(event: Extract<Event, { readonly data: { readonly taskId: string } }>): Attempt {
    const attempt = this.attempts.get(event.data.taskId);
    must(attempt !== undefined, `I5 ${event.type} is about an attempt that was scheduled`);
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
    const taskId = taskOf(event);
    if (taskId === undefined) return;
    this.taskDocuments.set(taskId, projectTask(this.taskDocuments.get(taskId), event, place));
  }

  private checkState(state: WorkflowState, flow: Flow): void {
    must(canonicalJson(this.replayed) === canonicalJson(state), 'I23 replay gives the live state');
    const tasks = Object.values(state.tasks);
    const open = tasks.filter((task) => isTaskOpen(task.status));
    must(state.openCount === open.length, `openCount is ${state.openCount}, open are ${open.length}`);
    const names = open.map((task) => task.referenceTaskName).toSorted();
    must(
      canonicalJson(names) === canonicalJson(Object.keys(state.open).toSorted()),
      'the index of open tasks is right',
    );
    const isOver = this.ended !== undefined;
    must((state.status !== 'RUNNING' && state.status !== 'PAUSED') === isOver, `status ${state.status} fits the log`);
    if (isOver) must(open.length === 0, 'I3 nothing is open in an ended workflow');
    for (const task of open) this.checkJoin(state, task);
    if (state.status === 'RUNNING') this.checkProgress(state, open, flow);
    this.checkDocuments(state, tasks);
  }

  private checkJoin(state: WorkflowState, task: TaskState): void {
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
    must(state.status === 'PAUSED' || missing.length > 0, `I19 JOIN ${task.referenceTaskName} waits for nothing`);
  }

  /** I19: a running workflow always has something that can still happen. JOINs alone wait for each other for ever. */
  private checkProgress(state: WorkflowState, open: readonly TaskState[], { definition }: Flow): void {
    must(open.length > 0, `I19 ${definition.name} runs with nothing open`);
    must(
      open.some((task) => task.taskType !== 'JOIN'),
      `I19 only JOINs are open: ${open.map((task) => task.referenceTaskName).join()}`,
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
    }
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
  'seq',
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
];

function pick(value: object, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, (value as Record<string, unknown>)[field]]));
}

function must(condition: unknown, message: string, details?: readonly unknown[]): asserts condition {
  if (!condition)
    throw new Error(
      details === undefined ? message : `${message}\n${details.map((it) => JSON.stringify(it)).join('\n')}`,
    );
}
