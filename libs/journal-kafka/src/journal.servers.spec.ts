/** The contract on a real broker. One pair of topics for the whole file: a broker keeps what it is given. */
import { env } from 'node:process';
import { definitionLogContract, journalContract } from '@dacapo/ports-testing';
import { KafkaDefinitionLog, KafkaJournal } from './index.js';

const brokers = env['DACAPO_KAFKA_BROKERS']?.split(',');
const log = { info: () => undefined, warn: () => undefined };
const topicPrefix = `test-${Date.now().toString(36)}.`;

if (brokers === undefined) {
  describe('KafkaJournal', () => {
    // oxlint-disable-next-line jest/no-disabled-tests -- prints why
    it.skip('is not proven: DACAPO_KAFKA_BROKERS is not set (npm run servers -- start)', () => undefined);
  });
} else {
  const options = { brokers, clientId: 'dacapo-test', topicPrefix, createTopics: true, log };
  journalContract('KafkaJournal', () =>
    Promise.resolve({
      open: () => KafkaJournal.open({ ...options, partitionCount: 4 }),
      now: () => Date.now(),
      remove: () => Promise.resolve(),
    }),
  );
  definitionLogContract('KafkaDefinitionLog', () =>
    Promise.resolve({ open: () => KafkaDefinitionLog.open(options), remove: () => Promise.resolve() }),
  );
}
