// Apache Kafka from Maven Central: one node in KRaft mode, broker and controller in one process.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { HOME, HOST, LOGS, SOURCE, ask, installOnce, run, say } from './process.mjs';

const FOLDER = join(HOME, 'kafka');
const LIBS = join(FOLDER, 'libs');
const CONFIG = join(HOME, 'kafka.properties');
const DATA = join(HOME, 'kafka-data');
const POM = join(SOURCE, 'pom.xml');
const JAVA = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';

/**
 * Chaos tests reach the broker by a way of their own that can be made bad: a second listener, which the broker advertises at the port of that
 * way. (The first one is advertised as it is.)
 */
const PROXY_PORT = env.DACAPO_SERVERS_KAFKA_PROXY_PORT;

const listeners = ({ port, controller, proxied }) => ({
  listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controller}${PROXY_PORT ? `,PROXIED://${HOST}:${proxied}` : ''}`,
  'advertised.listeners': `PLAINTEXT://${HOST}:${port}${PROXY_PORT ? `,PROXIED://${HOST}:${PROXY_PORT}` : ''}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
});

const settings = ({ port, controller, proxied }) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@${HOST}:${controller}`,
  'controller.listener.names': 'CONTROLLER',
  ...listeners({ port, controller, proxied }),
  'log.dirs': DATA,
  // what the tests rely on
  'auto.create.topics.enable': false,
  'unclean.leader.election.enable': false,
  'group.initial.rebalance.delay.ms': 0,
  // one node: the internal topics cannot have copies, and 50 partitions of each only cost time and files
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 4,
  // a killed broker may register again only when its old session is over (default 9 s: a restart of 12 s)
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  // small machine
  'num.network.threads': 1,
  'num.io.threads': 2,
  'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
});

const javaArguments = (heap) => [
  ...heap,
  '-XX:+UseSerialGC',
  `-Dlog4j2.configurationFile=${join(SOURCE, 'log4j2.properties')}`,
  `-Ddacapo.logs=${LOGS}`,
  '-cp',
  join(LIBS, '*'),
];

function newClusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

/** Metadata, version 1, about no topic: int32 size, int16 api key, int16 version, int32 correlation, string, array. */
const METADATA = Buffer.from('00000010000300010000000700026463' + '00000000', 'hex');

export const kafka = {
  name: 'kafka',
  label: 'Apache Kafka 4.3.1',
  marker: CONFIG,
  data: [DATA],
  variable: 'DACAPO_KAFKA_BROKERS',
  ports: { port: 19092, controller: 19093, ...(PROXY_PORT ? { proxied: 19192 } : {}) },
  startSeconds: 90,
  address: ({ port }) => `${HOST}:${port}`,

  async install() {
    await installOnce(FOLDER, readFileSync(POM, 'utf8'), 'Kafka 4.3.1 (Maven Central)', async () => {
      await run('kafka-java', JAVA, ['-version']);
      const args = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
      await run('kafka-install', 'mvn', [...args, `-DoutputDirectory=${LIBS}`]);
    });
  },

  /** Writes the settings, formats an empty store, gives back what to launch. */
  async prepare(ports) {
    const lines = Object.entries(settings(ports)).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(CONFIG, lines.join(''));
    if (!existsSync(join(DATA, 'meta.properties'))) {
      say('kafka: formatting an empty store');
      rmSync(DATA, { recursive: true, force: true });
      mkdirSync(DATA, { recursive: true });
      const format = ['kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', CONFIG];
      await run('kafka-format', JAVA, [...javaArguments(['-Xmx256m', '-XX:TieredStopAtLevel=1']), ...format]);
    }
    return [JAVA, [...javaArguments(['-Xms512m', '-Xmx1g']), 'kafka.Kafka', CONFIG]];
  },

  /** Ready when the broker names itself in its metadata: before that it answers, but is fenced and leads nothing. */
  async ready({ port }) {
    const answer = await ask(port, METADATA, 12);
    return answer !== undefined && answer.readInt32BE(4) === 7 && answer.readInt32BE(8) > 0;
  },
};
