/** Folding stored events onto a state: repeats are ignored by their number, a gap or a broken chain is an error (reliability I2, I26). */
import { type Event, invariant } from '@dacapo/contracts';
import { evolve, type StreamState } from '@dacapo/engine';

/** The state of a stream (a workflow, or a limit) after the event, or the same state when the event is in it already. Events outside of a workflow (seq 0) change nothing. */
export function fold(state: StreamState | undefined, event: Event): StreamState | undefined {
  if (event.seq === 0) return state;
  const seq = state?.seq ?? 0;
  if (event.seq <= seq) return state;
  invariant(event.seq === seq + 1, `I2 workflow ${event.workflowId} goes on at seq ${event.seq} after ${seq}`);
  return evolve(state, event);
}
