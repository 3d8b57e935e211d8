/** What is open has a reason to be (I6, I7, I19): JOINs wait for somebody, lists of a TRY have been come to, and something can still happen. */
import type { Flow } from '../../flow/flow.js';
import { isLoop } from '../../flow/loop-turns.js';
import { isTaskOpen, type TaskState, type WorkflowState } from '../../state.js';
import { type AttemptAudit, lists } from './attempts.js';
import { must } from './must.js';

const waiters: ReadonlySet<string> = new Set(['JOIN', 'EXCLUSIVE_JOIN', 'TRY']);

export class WaitingAudit {
  constructor(private readonly attempts: AttemptAudit) {}

  /** After a decision. */
  check(state: WorkflowState, open: readonly TaskState[], flow: Flow): void {
    for (const task of open) {
      if (task.taskType === 'JOIN') this.checkJoin(state, task);
      if (task.taskType === 'EXCLUSIVE_JOIN') this.checkExclusiveJoin(state, task);
      checkLists(state, task, flow);
    }
    if (state.status === 'RUNNING') checkProgress(state, open, flow);
  }

  private checkJoin(state: WorkflowState, task: TaskState): void {
    const joinOn = new Set(task.input['joinOn'] as readonly string[]);
    const missing = [...joinOn].filter((reference) => !this.attempts.isOver(reference));
    must(
      task.waitsFor === missing.length,
      `JOIN ${task.referenceTaskName} counts ${task.waitsFor} of ${missing.join()}`,
    );
    const isBusy = state.status === 'PAUSED' || state.deferred.length > 0 || task.evaluating !== undefined;
    must(isBusy || missing.length > 0, `I19 JOIN ${task.referenceTaskName} waits for nothing`);
  }

  /** I7: it may only wait for the first of its tasks that is there; one that failed bears the others, if it is permissive. */
  private checkExclusiveJoin(state: WorkflowState, { referenceTaskName, input }: TaskState): void {
    if (state.status === 'PAUSED') return;
    const both = [input['joinOn'], input['defaultExclusiveJoinTask'] ?? []] as readonly (readonly string[])[];
    const there = both.map((list) => list.find((reference) => this.isThere(reference)));
    const first = there[0] ?? there[1] ?? '';
    const hasEnded = this.attempts.isOver(first) && this.attempts.latest.get(first)?.isSuccess === true;
    must(!hasEnded, `I7 EXCLUSIVE_JOIN ${referenceTaskName} waits for a task that has ended`);
  }

  private isThere(reference: string): boolean {
    const attempt = this.attempts.latest.get(reference);
    return attempt !== undefined && !this.attempts.skipped.has(attempt.taskId);
  }
}

/** I19: a running workflow always has something that can still happen. JOINs and loops alone wait for each other for ever. */
function checkProgress(state: WorkflowState, open: readonly TaskState[], { definition }: Flow): void {
  // What it waits for is its permit.
  if (state.rateLimited === true) return;
  must(open.length > 0 || state.deferred.length > 0, `I19 ${definition.name} runs with nothing open`);
  must(
    state.deferred.length > 0 ||
      open.some((task) => task.evaluating !== undefined || (!waiters.has(task.taskType) && !isLoop(task))),
    `I19 only tasks that wait for others are open: ${open.map((task) => task.referenceTaskName).join()}`,
  );
  must(state.held.length === 0, 'I19 nothing is held back while the workflow runs');
}

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
