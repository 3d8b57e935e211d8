/** Every task type that the dispatcher works on. What needs a tool that this process does not have is left to one that does. */
import type { builtInTypes } from '@dacapo/engine';
import type { ScriptSandbox } from '@dacapo/ports';

import type { BuiltInTask } from './built-in-task.js';
import { EventTask } from './event/event-task.js';
import { AddressGuard, type AddressPolicy } from './http/address-guard.js';
import { HttpClient } from './http/http-client.js';
import { HttpTask } from './http/http-task.js';
import { HttpPollTask } from './http-poll/http-poll-task.js';
import { type Jq, JqTask } from './jq/jq-task.js';
import type { KafkaPolicy } from './kafka/kafka-policy.js';
import { KafkaPublishTask } from './kafka/kafka-publish-task.js';
import type { KafkaPublisher } from './kafka/kafka-publisher.js';
import { type StartWorkflow, StartWorkflowTask } from './start-workflow/start-workflow-task.js';

export interface BuiltInTools {
  readonly http: AddressPolicy;
  readonly publisher: KafkaPublisher;
  readonly kafka: KafkaPolicy;
  /** The installation's own brokers, for EVENT; absent: there are none. */
  readonly ownServers?: readonly string[];
  readonly start: StartWorkflow;
  /** Without it nobody here works on JSON_JQ_TRANSFORM. */
  readonly jq?: Jq;
  /** Without it conditions of HTTP_POLL are those that the small evaluator knows. */
  readonly sandbox?: ScriptSandbox;
}

type BuiltInType = (typeof builtInTypes)[number];

export function builtInTasks(tools: BuiltInTools): ReadonlyMap<string, BuiltInTask> {
  const { http, publisher, kafka, ownServers, start, jq, sandbox } = tools;
  const client = new HttpClient({ guard: new AddressGuard(http) });
  return new Map<BuiltInType, BuiltInTask>([
    ['HTTP', new HttpTask(client)],
    ['HTTP_POLL', new HttpPollTask(client, sandbox === undefined ? {} : { sandbox })],
    ['KAFKA_PUBLISH', new KafkaPublishTask(publisher, kafka)],
    ['EVENT', new EventTask({ publisher, policy: kafka, servers: ownServers })],
    ['START_WORKFLOW', new StartWorkflowTask(start)],
    ...(jq === undefined ? [] : [['JSON_JQ_TRANSFORM', new JqTask(jq)] as const]),
  ]);
}
