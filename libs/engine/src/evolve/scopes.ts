/** Which execution of a task inside of loops is the latest: of all, and within each turn of the loops around it. */
import { outerScope } from '../flow/place.js';
import { own, type TaskState, type WorkflowState } from '../state.js';

export function noteLatest(state: WorkflowState, { node, scope = '', referenceTaskName }: TaskState): void {
  if (node === undefined) return;
  state.latest[node] = referenceTaskName;
  for (let around = outerScope(scope); around !== ''; around = outerScope(around)) {
    (state.latestIn[around] ??= {})[node] = referenceTaskName;
  }
}

export function forgetLatest(state: WorkflowState, { node, scope = '', referenceTaskName }: TaskState): void {
  if (node === undefined) return;
  if (own(state.latest, node) === referenceTaskName) delete state.latest[node];
  for (let around = outerScope(scope); around !== ''; around = outerScope(around)) {
    const latest = own(state.latestIn, around);
    if (latest === undefined || own(latest, node) !== referenceTaskName) continue;
    delete latest[node];
    if (Object.keys(latest).length === 0) delete state.latestIn[around];
  }
}
