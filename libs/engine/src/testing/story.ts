/** Lets happenings happen to a run, and brings a run to its end. */
import type { Command, EvaluationOutcome } from '@dacapo/contracts';
import { canonicalJson } from '@dacapo/definitions';

import { isEnded, isTaskOpen, type TaskState } from '../state.js';
import { nextDue } from '../timers.js';
import { lookUp } from './generators.js';
import type { Happening } from './happenings.js';
import type { Run } from './run.js';

/** Not in a queue, but for somebody outside to end, or at least open to that. */
const byHand: ReadonlySet<string> = new Set(['WAIT', 'HUMAN', 'EVENT', 'INLINE', 'TRY']);
const childEnds = ['COMPLETED', 'COMPLETED', 'FAILED', 'TIMED_OUT', 'TERMINATED'] as const;
const signals = ['COMPLETED', 'COMPLETED', 'FAILED', 'FAILED_WITH_TERMINAL_ERROR'] as const;
const results: ReadonlySet<Command['type']> = new Set([
  'CompleteTask',
  'FailTask',
  'CancelTask',
  'RecordChildEnd',
  'RecordChildRefusal',
  'RecordEvaluation',
  'RecordCachedOutput',
]);
/** A second result of these could find them opened again by a retry, under the same id. */
const reopened: ReadonlySet<string> = new Set(['JOIN', 'TRY', 'DO_WHILE', 'FOR_EACH']);
const byHandAtLast: ReadonlySet<string> = new Set(['WAIT', 'HUMAN', 'EVENT']);

/** A stale end of a child makes its parent repeat what it had asked for. */
const withoutEffect: ReadonlySet<string> = new Set(['CommandRejected', 'ChildRetryRequested']);

export function happen(run: Run, { what, pick, seconds }: Happening): void {
  const worked = choose(openTasks(run), pick, (task) => task.queue !== undefined || byHand.has(task.taskType));
  const child = choose(openTasks(run), pick, (task) => task.subWorkflowId !== undefined);
  switch (what) {
    case 'time':
      return run.elapse(seconds * 1000);
    case 'poll':
      return run.park({
        taskType: ['plain', 'strict', 'total'][pick % 3] ?? '',
        ...(pick % 2 === 0 ? {} : { workerId: 'parked' }),
        pollId: `poll-${pick}`,
      });
    case 'timer':
      return ringAlarm(run, pick % 2 === 0 ? 0 : seconds * 1000);
    case 'early timer':
      return ringEarly(run);
    case 'pause':
      run.send('PauseWorkflow', {});
      return;
    case 'resume':
      run.send('ResumeWorkflow', {});
      return;
    case 'terminate':
      run.send('TerminateWorkflow', pick % 2 === 0 ? {} : { reason: 'enough' });
      return;
    case 'retry':
      run.send('RetryWorkflow', {});
      return;
    case 'signal':
      run.send('SignalWorkflow', { status: signals[pick % signals.length] ?? 'COMPLETED', output: { signal: pick } });
      return;
    case 'retry children':
    case 'restart':
    case 'rerun':
    case 'rerun from':
    case 'skip':
    case 'jump':
    case 'reset callbacks':
    case 'set variables':
    case 'remove':
      return operatorDoes(run, what, pick);
    case 'child reopened':
      return childReopens(run, pick);
    case 'child ends':
    case 'child refused':
      return child === undefined ? undefined : childHappens(run, child, what, pick);
    case 'found':
      return answerCache(run, pick) ? undefined : answerLookUp(run, pick);
    case 'evaluated':
      return answerScript(run, pick);
    case 'again':
      return again(run);
    case 'late':
      return late(run, pick);
    default:
      return worked === undefined ? undefined : workerDoes(run, worked, { what, pick, seconds });
  }
}

type Operation = Extract<
  Happening['what'],
  | 'retry children'
  | 'restart'
  | 'rerun'
  | 'rerun from'
  | 'skip'
  | 'jump'
  | 'reset callbacks'
  | 'set variables'
  | 'remove'
>;

/** What an operator may do with a workflow as a whole, or with a task of its definition. */
export function operatorDoes(run: Run, what: Operation, pick: number): void {
  const references = [...run.flow.nodes.keys()];
  const referenceTaskName = references[pick % references.length] ?? '';
  switch (what) {
    case 'retry children':
      run.send('RetryWorkflow', { resumeSubworkflowTasks: true });
      return;
    case 'restart':
      run.send('RestartWorkflow', {});
      return;
    case 'rerun':
      run.send('RerunWorkflow', pick % 2 === 0 ? {} : { input: { choice: 'y' }, correlationId: `c${pick}` });
      return;
    case 'rerun from': {
      const ids = Object.keys(run.live.references);
      const fromTaskId = ids[pick % Math.max(ids.length, 1)] ?? 'none';
      run.send('RerunWorkflow', { fromTaskId, ...(pick % 2 === 0 ? {} : { taskInput: { value: 'x', given: pick } }) });
      return;
    }
    case 'skip':
      run.send('SkipTask', { referenceTaskName, output: { skipped: pick } });
      return;
    case 'jump':
      run.send('JumpToTask', { referenceTaskName, ...(pick % 2 === 0 ? {} : { input: { value: 'y' } }) });
      return;
    case 'reset callbacks':
      run.send('ResetCallbacks', {});
      return;
    case 'set variables':
      run.send('SetVariables', { variables: { v: pick % 2 === 0 ? 'x' : 'y' } });
      return;
    case 'remove':
      run.send('RemoveWorkflow', pick % 2 === 0 ? {} : { archive: true });
      return;
    default:
      what satisfies never;
  }
}

/** An operator opens the child of any task that has one: late, again, or in time. */
function childReopens(run: Run, pick: number): void {
  const withChild = Object.values(run.live.tasks).filter((task) => task.subWorkflowId !== undefined);
  const task = withChild[pick % Math.max(withChild.length, 1)];
  if (task?.subWorkflowId === undefined) return;
  const { taskId, subWorkflowId: childWorkflowId, childRun = 0 } = task;
  const data = { taskId, childWorkflowId, run: Math.max(0, childRun + (pick % 3) - 1) };
  if (pick % 4 === 0) run.send('RecordChildEnd', { ...data, status: 'COMPLETED', output: {} }, true);
  else run.send('RecordChildReopened', { ...data, chain: 'child.1/c', operation: 'restarted' }, true);
}

function workerDoes(run: Run, { taskId }: TaskState, { what, pick, seconds }: Happening): void {
  const output = { n: pick };
  switch (what) {
    case 'claim':
      run.send('ClaimTask', { taskId, workerId: `w${pick % 3}` });
      return;
    case 'message':
      run.send('StartTask', { taskId, workerId: 'kafka' });
      return;
    case 'complete':
      run.send('CompleteTask', { taskId, output, workerId: 'w1', logs: [{ log: 'done', createdTime: 1 }] });
      return;
    case 'fail':
      run.send('FailTask', { taskId, ...(pick % 2 === 0 ? {} : { output }), reasonForIncompletion: `failed ${pick}` });
      return;
    case 'fail for good':
      run.send('FailTask', { taskId, output, terminal: true, reasonForIncompletion: 'hopeless' });
      return;
    case 'cancel':
      run.send('CancelTask', { taskId, reasonForIncompletion: 'not wanted' });
      return;
    case 'progress':
      run.send('ProgressTask', { taskId, output, ...(pick % 2 === 0 ? {} : { callbackAfterSeconds: seconds }) });
      return;
    case 'lease':
      run.send('ExtendTaskLease', { taskId, ...(pick % 2 === 0 ? {} : { workerId: 'w', takenMsAgo: 10 }) });
      return;
    default:
      run.send('LogTask', { taskId, log: 'a line' });
  }
}

function childHappens(
  run: Run,
  { taskId, subWorkflowId = '', childRun = 0 }: TaskState,
  what: Happening['what'],
  pick: number,
): void {
  if (what === 'child refused') {
    run.send('RecordChildRefusal', { taskId, reason: 'no such workflow', run: childRun }, true);
    return;
  }
  const status = childEnds[pick % childEnds.length] ?? 'COMPLETED';
  const output = { child: pick };
  run.send('RecordChildEnd', { taskId, childWorkflowId: subWorkflowId, status, output, run: childRun }, true);
}

/** The lane's runtime answers one of the requests that are still open. */
function answerLookUp(run: Run, pick: number): void {
  const task = choose(openTasks(run), pick, ({ lookUps }) => lookUps !== undefined);
  if (task === undefined) return;
  const asked = run.records.flatMap(({ event }) =>
    event.type === 'TaskDefsRequested' && event.data.taskId === task.taskId ? [event.data.names] : [],
  );
  const names = asked.at(-(task.lookUps ?? 1)) ?? [];
  run.send('RecordTaskDefs', { taskId: task.taskId, taskDefs: lookUp(names) }, true);
}

/** False when no task has asked. */
function answerCache(run: Run, pick: number): boolean {
  const task = choose(openTasks(run), pick, ({ isCacheAsked }) => isCacheAsked === true);
  if (task === undefined) return false;
  const data = { taskId: task.taskId, ...(pick % 2 === 0 ? {} : { output: { reused: pick } }) };
  run.send('RecordCachedOutput', data, true);
  return true;
}

const scriptOutcomes = [
  { value: true },
  { value: { status: 'IN_PROGRESS' } },
  { value: { status: 'COMPLETED', outputData: { by: 'script' } } },
  { value: false },
  { value: { status: 'FAILED', reasonForIncompletion: 'the script says no' } },
  { kind: 'error', message: 'no such function' },
  { value: 'x' },
  { kind: 'fuel' },
  { kind: 'memory' },
] as const;

function answerScript(run: Run, pick: number): void {
  const task = choose(openTasks(run), pick, ({ evaluating }) => evaluating !== undefined);
  if (task?.evaluating === undefined) return;
  const { taskId, evaluating: request } = task;
  const outcome =
    task.taskType === 'DO_WHILE' ? conditionOutcome(run, task, pick) : scriptOutcomes[pick % scriptOutcomes.length];
  run.send('RecordEvaluation', { taskId, request, outcome: outcome ?? { value: true }, sandbox: 'test' }, true);
}

/** The sandbox finds what the condition says, or now and then that the script fails. */
function conditionOutcome(run: Run, { taskId, output }: TaskState, pick: number): EvaluationOutcome {
  if (pick % 7 === 6) return { kind: 'error', message: 'TypeError' };
  const asked = run.records.findLast(
    ({ event }) => event.type === 'EvaluationRequested' && event.data.taskId === taskId,
  );
  const source = asked?.event.type === 'EvaluationRequested' ? asked.event.data.source : '';
  return { value: Number(output['iteration']) < Number(/< (\d+)/.exec(source)?.[1]) };
}

/** A worker, or the journal, delivers the last result once more: it must change nothing. */
function again(run: Run): void {
  const last = run.commands.findLast(({ type }) => results.has(type));
  const type = last === undefined ? undefined : run.taskOf(last)?.taskType;
  if (last === undefined || wasRefused(run, last)) return;
  // The answer to a script names its question.
  if (last.type !== 'RecordEvaluation' && reopened.has(type ?? '')) return;
  const before = withoutPlace(run);
  const events = run.decide({ ...last, id: `${last.id}-${run.commands.length}` });
  if (events.some(({ event }) => !withoutEffect.has(event.type)) || withoutPlace(run) !== before)
    throw new Error(`I10 a second ${last.type} had an effect`);
}

/** What was refused has had no effect yet. */
function wasRefused(run: Run, { id }: Command): boolean {
  return run.records.some(({ event }) => event.commandId === id && event.type === 'CommandRejected');
}

/** A result for any attempt that is over, of this run or an earlier one. */
function late(run: Run, pick: number): void {
  const ids = Object.entries(run.live.references).filter(([taskId, reference]) => {
    const task = run.live.tasks[reference];
    return task !== undefined && !reopened.has(task.taskType) && (task.taskId !== taskId || !isTaskOpen(task.status));
  });
  const taskId = ids[pick % Math.max(ids.length, 1)]?.[0];
  if (taskId === undefined) return;
  const events = run.send('CompleteTask', { taskId, output: { late: true } });
  if (events.some(({ event }) => event.type !== 'CommandRejected')) throw new Error('I10 a late result was accepted');
}

/** A clock that goes ahead: the alarm rings a millisecond before something is due. */
function ringEarly(run: Run): void {
  const due = nextDue(run.live) ?? run.now;
  if (due > run.now) run.now = due - 1;
  run.send('FireTimer', { due });
}

/** The lane's alarm: time goes on until something is due. When it is late, much may be due at once. */
function ringAlarm(run: Run, lateMs = 0): void {
  const due = nextDue(run.live);
  if (due === undefined) return;
  run.now = Math.max(run.now, due) + lateMs;
  const [first] = run.send('FireTimer', { due });
  if (first?.event.type === 'CommandRejected') throw new Error('I16 the timer that the alarm was set to is not due');
}

/** Workers do all that is open, children end well, timers ring: the workflow has to end (I19). Gives up when it does not. */
export function drain(run: Run, roundsMax = 3000): void {
  for (let round = 0; round < roundsMax && !isEnded(run.live.status); round++) {
    if (run.live.status === 'PAUSED') run.send('ResumeWorkflow', {});
    const open = openTasks(run);
    const child = open.find((task) => task.subWorkflowId !== undefined);
    const worked = open.find(
      (task) => task.queue !== undefined || (byHandAtLast.has(task.taskType) && !('wait' in task.timers)),
    );
    if (run.live.isRemoved === true) return;
    if (open.some(({ lookUps }) => lookUps !== undefined)) answerLookUp(run, 0);
    else if (open.some(({ isCacheAsked }) => isCacheAsked === true)) answerCache(run, 1);
    else if (open.some(({ evaluating }) => evaluating !== undefined)) answerScript(run, 3);
    else if (child !== undefined) childHappens(run, child, 'child ends', 0);
    else if (worked !== undefined && worked.ready) run.send('ClaimTask', { taskId: worked.taskId, workerId: 'last' });
    else if (worked !== undefined && worked.status === 'IN_PROGRESS')
      run.send('CompleteTask', { taskId: worked.taskId, output: { drained: true } });
    else ringAlarm(run);
  }
}

function openTasks(run: Run): readonly TaskState[] {
  return Object.values(run.live.tasks)
    .filter((task) => isTaskOpen(task.status))
    .toSorted((a, b) => a.taskSeq - b.taskSeq);
}

function choose(
  tasks: readonly TaskState[],
  pick: number,
  isMeant: (task: TaskState) => boolean,
): TaskState | undefined {
  const meant = tasks.filter(isMeant);
  return meant[pick % Math.max(meant.length, 1)];
}

function withoutPlace(run: Run): string {
  return canonicalJson({ ...run.live, seq: 0, hash: '' });
}
