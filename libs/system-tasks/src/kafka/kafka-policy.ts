/** Where tasks may publish (security D8): never on our own topics, or whoever may edit a workflow could write history. Pure. */
import { limits } from '../limits.js';

export interface KafkaPolicy {
  /** The prefix of our own topics. */
  readonly topicPrefix: string;
  /** Servers that a task may name; absent: any. */
  readonly servers?: readonly string[];
}

const prefixDefault = 'dacapo.';
/** Our topics in an installation without a prefix. */
const ownNames = new Set(['commands', 'events', 'definitions', 'inbox', 'dead-letters']);

/** Why nothing may be published on the topic, if so. */
export function topicRefusal({ topicPrefix }: KafkaPolicy, topic: string): string | undefined {
  if (topic.length > limits.topicCharacters || !/^[a-zA-Z0-9._-]+$/.test(topic) || /^\.{1,2}$/.test(topic))
    return `A topic's name has at most ${limits.topicCharacters} letters, digits, '.', '_' and '-'`;
  const isOurs = topicPrefix === '' ? ownNames.has(topic) || topic.startsWith('tasks.') : topic.startsWith(topicPrefix);
  return isOurs || topic.startsWith(prefixDefault) ? `The topic ${topic} belongs to the server itself` : undefined;
}

/** Why these servers may not be used, if so. */
export function serverRefusal({ servers }: KafkaPolicy, wanted: readonly string[]): string | undefined {
  if (servers === undefined) return undefined;
  const allowed = new Set(servers.map((server) => server.toLowerCase()));
  const foreign = wanted.find((server) => !allowed.has(server.toLowerCase()));
  return foreign === undefined ? undefined : `The server ${foreign} is not among those that tasks may use`;
}
