/** KAFKA_PUBLISH (contract 6.20). */
import { isAsyncComplete } from '../async-complete.js';
import { type BuiltInResult, type BuiltInTask, failed, succeeded, type TaskToRun } from '../built-in-task.js';
import { type KafkaPolicy, serverRefusal, topicRefusal } from './kafka-policy.js';
import { type KafkaPublisher, PublishFault } from './kafka-publisher.js';
import { notInvoked, readKafkaRequest } from './kafka-request.js';

export class KafkaPublishTask implements BuiltInTask {
  constructor(
    private readonly publisher: KafkaPublisher,
    private readonly policy: KafkaPolicy,
  ) {}

  async execute(task: TaskToRun): Promise<BuiltInResult> {
    const read = readKafkaRequest(task.input);
    if (!read.ok) return failed(read.reason);
    const { record } = read;
    const refusal = topicRefusal(this.policy, record.topic) ?? serverRefusal(this.policy, record.servers);
    if (refusal !== undefined) return failed(notInvoked(refusal));
    try {
      await this.publisher.publish(record);
    } catch (error) {
      if (error instanceof PublishFault) return failed(notInvoked(error.message));
      throw error;
    }
    return succeeded({}, isAsyncComplete(task));
  }
}
