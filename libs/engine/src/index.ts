export { builtInTypes, isBuiltIn } from './tasks/built-in-types.js';
export { type DecideContext, type Decided, type TakeGrant } from './decision.js';
export { choicesOf, domainsOf } from './tasks/domains.js';
export { compileFlow, type Flow } from './flow/flow.js';
export { type Follower, followersOf } from './flow/followers.js';
export { limitsOf } from './permits/limits-of.js';
export { isLimitId, limitIdOf, type LimitState } from './permits/state.js';
export {
  type CachedOutputRequest,
  type EvaluationRequest,
  type KeepOutput,
  type PermitRequest,
  type Reaction,
  type StartRequest,
  type TaskDefsRequest,
} from './reactions/reaction.js';
export { reactions } from './reactions.js';
export { startFault, startInput } from './schemas.js';
export { isEnded, type TaskState, type WorkflowState } from './state.js';
export { decide, evolve, isOver, isWorkflow, nextDue, quarantine, refuse, type StreamState } from './streams.js';
export { type DueTimer, dueTimers } from './timers.js';
