/**
 * What the stream of a limit answers (permits/). An answer that nobody waits for any more gives the permit back: a request may overtake the
 * word of its own end, and a permit must never be lost.
 */
import type { CommandData } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import { isEnded, own, type Permit } from '../state.js';
import { placeOf } from '../flow/place.js';
import { reasons } from '../reasons.js';
import { runAgenda } from '../flow/settle.js';
import { failWorkflow } from '../workflow/end.js';
import { start } from './hand-out.js';

type Answer = CommandData<'GrantPermit'>;

export function grantPermit(decision: Decision, answer: Answer): void {
  const permit = awaited(decision, answer);
  if (permit === undefined) return;
  const { state } = decision;
  if (answer.holder === state.workflowId) return begin(decision);
  const task = decision.task(own(state.references, answer.holder) ?? '');
  if (task === undefined) return giveBack(decision, answer);
  // Sent to its worker now; otherwise it is the worker's who claimed it.
  const { workerId, pollId, domain } = permit;
  if (workerId === undefined) return decision.emit('TaskOffered', { taskId: task.taskId });
  start(decision, task, workerId, {
    ...(pollId === undefined ? {} : { pollId }),
    ...(domain === undefined ? {} : { domain }),
  });
}

/** Ready again: whoever claims it asks anew. */
export function offerPermit(decision: Decision, answer: Answer): void {
  if (awaited(decision, answer) !== undefined) decision.emit('TaskOffered', { taskId: answer.holder });
}

/** The start of a workflow is refused; nothing of it has run. */
export function refusePermit(decision: Decision, answer: Answer): void {
  if (awaited(decision, answer) === undefined) return;
  const { name, rateLimitKey = '' } = decision.state;
  const reason = reasons.rateLimited(name, rateLimitKey);
  failWorkflow(decision, 'FAILED', reason, undefined, { withoutFailureWorkflow: true });
}

/** Also of workflows about which nothing is decided any more. */
export function giveBack(decision: Decision, { holder, request, limit }: Answer): void {
  decision.emit('PermitReturned', { holder, request, limit });
}

function awaited(decision: Decision, answer: Answer): Permit | undefined {
  const permit = own(decision.state.permits ?? {}, answer.holder);
  if (permit?.request === answer.request && !permit.held) return permit;
  if (permit?.request === answer.request) {
    decision.reject('NOTHING_TO_DO', `${answer.holder} holds its permit already`);
  } else giveBack(decision, answer);
  return undefined;
}

/** The flow begins; while the workflow is paused, with its resume. */
function begin(decision: Decision): void {
  decision.emit('WorkflowPermitGranted', {});
  const { first } = decision.flow;
  if (first !== undefined && decision.state.status === 'PAUSED') {
    return decision.emit('StepsDeferred', { steps: [{ do: 'enter', reference: first.reference }] });
  }
  if (first !== undefined) decision.enter(placeOf(first, '', undefined));
  if (!isEnded(decision.state.status)) runAgenda(decision);
}
