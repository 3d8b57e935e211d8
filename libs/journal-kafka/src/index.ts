export { type KafkaConnection, openClient } from './client.js';
export { KafkaDefinitionLog, type KafkaDefinitionLogOptions } from './definition-log.js';
export { KafkaJournal, type KafkaJournalOptions } from './journal.js';
export { type Log } from './log.js';
export { PartitionGroup, type PartitionGroupOptions } from './partition-group.js';
export { ensureTopics, type EnsureTopicsOptions, type FoundTopic, type TopicSpec, topicSpecs } from './topics.js';
