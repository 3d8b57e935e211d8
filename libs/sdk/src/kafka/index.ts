export { type KafkaOptions, type SdkLog } from './connection.js';
export {
  KafkaPublisher,
  kafkaPublisher,
  type PublishOptions,
  type SignalRecord,
  type StartRequest,
  type TaskResultRecord,
} from './publisher.js';
export {
  CallBack,
  callbackAfter,
  type InputSchema,
  kafkaTask,
  type KafkaTask,
  type Output,
  type TaskContext,
  TerminalError,
  type WorkerTask,
} from './task.js';
export { KafkaWorker, kafkaWorker, type KafkaWorkerOptions } from './worker.js';
