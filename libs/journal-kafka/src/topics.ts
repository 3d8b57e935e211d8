/** The topics: what they must be like, how they are made, and what is refused at start with one clear line. */
import { DaCapoError } from '@dacapo/contracts';
import kafkajs, { type Admin } from 'kafkajs';
import { type KafkaConnection, openClient } from './client.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { Outage, protocolErrorOf } from './outage.js';

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
  readonly config: ReadonlyMap<string, string>;
}

export interface EnsureTopicsOptions extends KafkaConnection {
  readonly topics: readonly TopicSpec[];
  /** False: they must be there already. */
  readonly createTopics: boolean;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

const day = 86_400_000;
const stampedByBroker = { 'message.timestamp.type': 'LogAppendTime', 'max.message.bytes': String(limits.messageBytes) };
const keptForEver = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };

/** The topics that Da Capo works on, by what they hold. `prefix` includes its dot. */
export const topicSpecs = {
  commands: (prefix: string, partitions: number): TopicSpec => ({
    name: `${prefix}commands`,
    partitions,
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(7 * day), ...stampedByBroker },
  }),
  events: (prefix: string, partitions: number): TopicSpec => ({
    name: `${prefix}events`,
    partitions,
    config: { ...keptForEver, ...stampedByBroker },
  }),
  definitions: (prefix: string): TopicSpec => ({
    name: `${prefix}definitions`,
    partitions: 1,
    config: { 'cleanup.policy': 'compact', ...stampedByBroker },
  }),
  inbox: (prefix: string): TopicSpec => ({
    name: `${prefix}inbox`,
    partitions: 8,
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(7 * day) },
  }),
  deadLetters: (prefix: string): TopicSpec => ({
    name: `${prefix}dead-letters`,
    partitions: 4,
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(30 * day) },
  }),
  /** `name`: task type and domain as the dispatcher escapes them. */
  tasks: (prefix: string, name: string, partitions: number): TopicSpec => ({
    name: `${prefix}tasks.${name}`,
    partitions,
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(7 * day) },
  }),
} as const;

/** Makes the topics that are missing (if it may) and tells what all of them are like. Waits for a broker that is away. */
export async function ensureTopics(options: EnsureTopicsOptions): Promise<ReadonlyMap<string, FoundTopic>> {
  const outage = new Outage('topics', options.log);
  for (;;) {
    options.signal?.throwIfAborted();
    const admin = openClient(options).admin();
    try {
      await admin.connect();
      const found = await findOrCreate(admin, options);
      outage.succeeded();
      return found;
    } catch (error) {
      if (error instanceof DaCapoError) throw error;
      await outage.failed(error);
    } finally {
      await admin.disconnect();
    }
  }
}

async function findOrCreate(admin: Admin, options: EnsureTopicsOptions): Promise<ReadonlyMap<string, FoundTopic>> {
  const existing = new Set(await admin.listTopics());
  const missing = options.topics.filter((topic) => !existing.has(topic.name));
  if (missing.length > 0) {
    const names = missing.map((topic) => topic.name).join(', ');
    if (!options.createTopics) throw wrong(`topics ${names} do not exist: create them, or allow Da Capo to do it`);
    // False means that another process was faster: then its topics are looked at below.
    if (await createTopics(admin, missing)) options.log.info(`topics created: ${names}`);
  }
  return describe(admin, options.topics);
}

async function createTopics(admin: Admin, topics: readonly TopicSpec[]): Promise<boolean> {
  try {
    return await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(({ name, partitions, config }) => ({
        topic: name,
        numPartitions: partitions,
        // -1: the cluster's default.replication.factor
        replicationFactor: -1,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
    });
  } catch (error) {
    if (protocolErrorOf(error) === 'POLICY_VIOLATION' || protocolErrorOf(error) === 'TOPIC_AUTHORIZATION_FAILED') {
      throw wrong(`topics ${topics.map((topic) => topic.name).join(', ')} may not be created here`, error);
    }
    throw error;
  }
}

async function describe(admin: Admin, topics: readonly TopicSpec[]): Promise<ReadonlyMap<string, FoundTopic>> {
  const names = topics.map((topic) => topic.name);
  const metadata = await admin.fetchTopicMetadata({ topics: names });
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  const found = new Map<string, FoundTopic>();
  for (const { name, partitions } of metadata.topics) {
    const entries = configs.resources.find((resource) => resource.resourceName === name)?.configEntries ?? [];
    const config = new Map(entries.map((entry) => [entry.configName, entry.configValue]));
    found.set(name, { name, partitions: partitions.length, config });
  }
  return found;
}

/** Takes the pair of topics as it was found and throws, with one clear line, when the journal would not be safe on it. */
export function checkJournalTopics(commands: FoundTopic, events: FoundTopic): void {
  if (commands.partitions !== events.partitions) {
    throw wrong(
      `${commands.name} has ${commands.partitions} partitions, ${events.name} has ${events.partitions}: they must be equal`,
    );
  }
  for (const [key, value] of Object.entries(keptForEver)) expectConfig(events, key, value, 'events are kept for ever');
  expectConfig(commands, 'cleanup.policy', 'delete', 'commands must not be compacted');
  expectConfig(
    commands,
    'message.timestamp.type',
    'LogAppendTime',
    'the time of a command is the journal’s, not its sender’s',
  );
}

function expectConfig(topic: FoundTopic, key: string, wanted: string, why: string): void {
  const value = topic.config.get(key);
  if (value !== wanted) throw wrong(`${topic.name} has ${key}=${String(value)}, needed is ${wanted}: ${why}`);
}

/** Whole bytes that one record batch may have on the topic. */
export function batchBytesOf(topic: FoundTopic): number {
  return Number(topic.config.get('max.message.bytes') ?? limits.batchBytes) - limits.batchOverheadBytes;
}

function wrong(message: string, cause?: unknown): DaCapoError {
  return new DaCapoError('REQUEST_INVALID', `Kafka: ${message}`, { cause });
}
