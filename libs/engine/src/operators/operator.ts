import type { Decision } from '../decision.js';
import type { Node } from '../flow.js';
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
  /** The flow reaches the task, or it is tried once more. */
  enter(decision: Decision, node: Node, retry?: Retry): void;
  /** Where the flow goes when it has succeeded; without this, to the task behind it. */
  follow?(decision: Decision, node: Node, task: TaskState): void;
  /** A list of tasks inside of it is through: a decision case, a fork branch. */
  onListEnd?(decision: Decision, node: Node): void;
  /** A task that it waits for has ended for good. */
  onBranchEnd?(decision: Decision, node: Node): void;
  /** A timer of its own has fired. */
  onTimer?(decision: Decision, node: Node, task: TaskState): void;
}
