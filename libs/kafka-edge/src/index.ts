export { CheckpointedReader, type EventSink } from './checkpointed-reader.js';
export { addDeadLetterMetrics } from './dead-letter-metrics.js';
export { type DeadLetter, DeadLetters } from './dead-letters.js';
export { Inbox } from './inbox/inbox.js';
export { inboxWorkflowId } from './inbox/inbox-command.js';
export { inboxTopic } from './inbox/inbox.controller.js';
export { InboxModule } from './inbox/inbox.module.js';
export { InboxRefusals, refusalReader } from './inbox/inbox-refusals.js';
export { KafkaTransport } from './inbox/kafka-transport.js';
export { limits as kafkaEdgeLimits } from './limits.js';
export { type Outgoing, Publisher } from './publisher.js';
export { endWithParent } from './role/end-with-parent.js';
export { makeRoleServer, RoleHealthModule, type RoleStatus } from './role/role-server.js';
export { type Role, RoleStart } from './role/role-start.js';
export { WaitingServer } from './role/waiting-server.js';
export { taskTopicName } from './tasks/task-topic-name.js';
export { TaskTopics, taskTopicReader } from './tasks/task-topics.js';
export {
  type Handler,
  KafkaWorker,
  type KafkaWorkerOptions,
  type WorkerResult,
  type WorkerTask,
} from './worker/kafka-worker.js';
