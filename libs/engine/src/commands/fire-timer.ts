/** Timers are due: all of them fire, the earliest first (tasks/fire-timer.ts says what that means). */
import type { Decision } from '../decision.js';
import { runAgenda } from '../flow/settle.js';
import { dueTimers } from '../timers.js';

export function fireTimers(decision: Decision): void {
  const { state, now } = decision;
  // Those that an earlier decision found due are on their way.
  const due = state.deferred.some((step) => step.do === 'fire') ? [] : dueTimers(state, now);
  if (due.length === 0) return decision.reject('TIMER_NOT_DUE', `No timer of workflow ${state.workflowId} is due`);
  for (const { timer } of due) decision.fire(timer);
  runAgenda(decision);
}
