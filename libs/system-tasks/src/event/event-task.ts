/**
 * EVENT to a Kafka topic (contract 6.19, 7.4). Sinks `conductor:` are the engine's own affair and never come here. What is published, and
 * the output, is the input: the engine has put the names of the workflow into it.
 */
import { isAsyncComplete } from '../async-complete.js';
import { type BuiltInResult, type BuiltInTask, failed, succeeded, type TaskToRun } from '../built-in-task.js';
import { own, textOf } from '../json/values.js';
import { limits } from '../limits.js';
import { type KafkaPolicy, topicRefusal } from '../kafka/kafka-policy.js';
import { type KafkaPublisher, PublishFault } from '../kafka/kafka-publisher.js';

export interface EventTaskOptions {
  readonly publisher: KafkaPublisher;
  readonly policy: KafkaPolicy;
  /** The installation's own brokers; absent: there are none. */
  readonly servers: readonly string[] | undefined;
}

export class EventTask implements BuiltInTask {
  constructor(private readonly options: EventTaskOptions) {}

  async execute(task: TaskToRun): Promise<BuiltInResult> {
    const { publisher, policy, servers } = this.options;
    const sink = textOf(own(task.input, 'sink')) ?? '';
    const topic = topicOf(sink);
    if (topic === undefined) return failed(`Invalid / Unsupported sink specified: ${sink}`);
    if (servers === undefined)
      return failed(`The sink ${sink} needs Kafka: DACAPO_KAFKA_BROKERS is not set on this server`);
    const refusal = topicRefusal(policy, topic);
    if (refusal !== undefined) return failed(refusal);
    const output = task.input;
    try {
      const value = JSON.stringify(output);
      await publisher.publish({ servers, topic, key: task.taskId, value, timeoutMs: limits.kafkaMinMs });
    } catch (error) {
      if (error instanceof PublishFault) return failed(error.message, output);
      throw error;
    }
    return succeeded(output, isAsyncComplete(task));
  }
}

/** An address is `provider:address`, split at the first colon (contract 7.1). */
function topicOf(sink: string): string | undefined {
  const [provider, ...rest] = sink.split(':');
  const topic = rest.join(':');
  return provider === 'kafka' && topic !== '' ? topic : undefined;
}
