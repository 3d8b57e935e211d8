export {
  type ChildRequest,
  type Command,
  type CommandData,
  type CommandNamed,
  type CommandType,
  commandShapes,
  type EvaluationOutcome,
  type Grant,
  type Limits,
  type Parent,
} from './commands.js';
export {
  endedTaskStatuses,
  type TaskDocument,
  type TaskLog,
  type TaskStatus,
  type WorkflowDocument,
  type WorkflowStatus,
} from './documents.js';
export { type EventHeader, eventId, expectedHash, type Hash, type SealedEvent, sealEvent } from './envelope.js';
export { DaCapoError, type ErrorCode, errorCodes, type ErrorKind, invariant, isDaCapoError } from './errors.js';
export {
  type DeferredStep,
  type Event,
  type EventData,
  type EventNamed,
  eventShapes,
  type EventType,
} from './events.js';
export { type Admission, admit, type Fence, openFence } from './fencing.js';
export { frameBytes, schemaIdOf, schemaSubject, unframed } from './framing.js';
export { deriveId } from './ids.js';
export { inboxWorkflowId } from './inbox-workflow-id.js';
export { formatPosition, parsePosition, partitionOf, type Position } from './position.js';
export { decodeCommand, decodeEvent, encodeCommand } from './records.js';
export { taskTopicName } from './task-topic-name.js';
export { type Infer, type JsonObject, type JsonSchema, type Shape } from './shape.js';
