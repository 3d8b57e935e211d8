/** WAIT: for a duration, until a point in time, or for a signal or an update (contract 6.13). Never early, to the millisecond. */
import type { JsonObject } from '@dacapo/contracts';
import { javaText, parseDuration, parseUntil } from '@dacapo/expressions';

import { completeTask, failTask } from '../tasks/attempt-end.js';
import type { Decision } from '../decision.js';
import { limits } from '../limits.js';
import type { Place } from '../flow/place.js';
import { resolveInput, schedule } from '../tasks/schedule.js';
import type { TaskState } from '../state.js';
import type { Operator, Retry } from './operator.js';

type Wish = { readonly until: number } | { readonly forever: true } | { readonly error: string };

export const wait: Operator = {
  enter(decision: Decision, place: Place, retry?: Retry): void {
    const input = resolveInput(decision, place);
    const wish = wishOf(input, decision.now);
    schedule(decision, {
      place,
      taskType: 'WAIT',
      taskDefName: place.node.task.name,
      input,
      status: 'IN_PROGRESS',
      ...('until' in wish && wish.until > decision.now ? { timers: { wait: wish.until } } : {}),
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(place.key);
    if (task === undefined) return;
    if ('error' in wish) failTask(decision, task, 'FAILED_WITH_TERMINAL_ERROR', { reasonForIncompletion: wish.error });
    else if ('until' in wish && wish.until <= decision.now) completeTask(decision, task, {});
  },

  onTimer(decision: Decision, _place: Place, task: TaskState): void {
    completeTask(decision, task, {});
  },
};

function wishOf(input: JsonObject, now: number): Wish {
  const duration = textOf(input['duration']);
  const until = textOf(input['until']);
  if (duration !== '' && until !== '')
    return { error: "Both 'duration' and 'until' specified. Please provide only one input" };
  if (duration !== '') {
    const durationMs = parseDuration(duration);
    return durationMs === null
      ? { error: `Invalid/Unsupported Wait duration. Provided: ${shown(duration)}` }
      : { until: now + durationMs };
  }
  if (until === '') return { forever: true };
  const time = parseUntil(until);
  return time === null
    ? { error: `Invalid/Unsupported Wait Until format.  Provided: ${shown(until)}` }
    : { until: time };
}

function shown(text: string): string {
  return text.slice(0, limits.reasonCharacters);
}

/** Whatever came out of an expression is read as text; what is not there is blank. */
function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : javaText(value).trim();
}
