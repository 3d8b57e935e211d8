export { builtInTypes, isBuiltIn } from './built-in-types.js';
export { decide, quarantine, refuse } from './decide.js';
export { type DecideContext, type Decided } from './decision.js';
export { evolve } from './evolve.js';
export { compileFlow, type Flow } from './flow.js';
export { type EvaluationRequest, type Reaction, type StartRequest, type TaskDefsRequest } from './reaction.js';
export { reactions } from './reactions.js';
export { isEnded, type TaskState, type WorkflowState } from './state.js';
export { type DueTimer, dueTimers, nextDue } from './timers.js';
