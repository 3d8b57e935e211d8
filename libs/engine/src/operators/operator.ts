import type { EvaluationOutcome } from '@dacapo/contracts';

import type { Decision } from '../decision.js';
import type { Place } from '../flow/place.js';
import type { TaskState } from '../state.js';

/** Why a task is entered once more. */
export interface Retry {
  /** The attempt that is replaced. */
  readonly previous: TaskState;
  readonly delaySeconds: number;
  readonly jitterMs: number;
}

/** What a task type means. One file each; the table is index.ts. */
export interface Operator {
  /** When the workflow goes on after its end, it goes on where it was instead of being tried anew. */
  readonly reopens?: true;
  /** The flow reaches the task, or it is tried once more. */
  enter(decision: Decision, place: Place, retry?: Retry): void;
  /** Where the flow goes when it has succeeded; without this, to the task behind it. */
  follow?(decision: Decision, place: Place, task: TaskState): void;
  /** A list of tasks inside of it is through: a decision case, a fork branch, a turn of a loop. `last` is the task at its end. */
  onListEnd?(decision: Decision, place: Place, last: Place): void;
  /** A task that it waits for has ended for good. */
  onBranchEnd?(decision: Decision, place: Place): void;
  /** A timer of its own has fired. */
  onTimer?(decision: Decision, place: Place, task: TaskState): void;
  /** A task inside of it has failed for good; `inner` is the one of its own tasks in which that happened. True: it takes care of it. */
  onFailure?(decision: Decision, place: Place, inner: Place, failed: TaskState): boolean;
  /** It has ended for good, well or badly, and before anything follows from that. */
  onEnd?(decision: Decision, place: Place, task: TaskState): void;
  /** Whether the flow may still reach `inner`, a task inside of it. Without this, it may. */
  admits?(decision: Decision, task: TaskState, inner: Place): boolean;
  /** It goes on with what was too long for one step (`Decision.resume`). A loop: `from` is a turn; negative, whether that turn is over. */
  resume?(decision: Decision, place: Place, from: number): void;
  /** Its script has come back from the sandbox (tasks/evaluation.ts). */
  onEvaluated?(decision: Decision, place: Place, task: TaskState, outcome: EvaluationOutcome): void;
  /** The definitions that it had asked for are recorded with its task. */
  onTaskDefs?(decision: Decision, place: Place, task: TaskState): void;
}
