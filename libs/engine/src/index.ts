export { decide, quarantine, refuse } from './decide.js';
export { type DecideContext, type Decided, type TakeGrant } from './decision.js';
export { choicesOf } from './domains.js';
export { evolve } from './evolve.js';
export { compileFlow, type Flow } from './flow.js';
export {
  type EvaluationRequest,
  type Reaction,
  reactions,
  type StartRequest,
  type TaskDefsRequest,
} from './reactions.js';
export { startFault, startInput } from './schemas.js';
export { isEnded, type TaskState, type WorkflowState } from './state.js';
export { type DueTimer, dueTimers, nextDue } from './timers.js';
