// Apache Kafka from Maven Central in KRaft mode, broker and controller in one process: one node, or three.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { HOME, HOST, LOGS, SOURCE, ServersError, ask, installOnce, run, say } from './process.mjs';

const FOLDER = join(HOME, 'kafka');
const LIBS = join(FOLDER, 'libs');
const CLUSTER_ID = join(HOME, 'kafka-cluster-id');
const POM = join(SOURCE, 'pom.xml');
const JAVA = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';

/** Brokers, each with a copy of everything when there are several. */
const NODES = Number(env.DACAPO_SERVERS_KAFKA_NODES || 1);
if (NODES !== 1 && NODES !== 3) throw new ServersError(`DACAPO_SERVERS_KAFKA_NODES is ${NODES}, not 1 or 3`);

/**
 * Chaos tests reach the brokers by ways of their own that can be made bad: each has a second listener, which it advertises at the port of its
 * way. (The first one is advertised as it is.) One port for each broker, with commas.
 */
const PROXY_PORTS = (env.DACAPO_SERVERS_KAFKA_PROXY_PORTS || '').split(',').filter(Boolean);

const listeners = ({ port, controller, proxied }, proxyPort) => ({
  listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controller}${proxyPort ? `,PROXIED://${HOST}:${proxied}` : ''}`,
  'advertised.listeners': `PLAINTEXT://${HOST}:${port}${proxyPort ? `,PROXIED://${HOST}:${proxyPort}` : ''}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
});

const settings = (id, data, ports, voters) => ({
  'process.roles': 'broker,controller',
  'node.id': id,
  'controller.quorum.voters': voters.map(({ controller }, index) => `${index + 1}@${HOST}:${controller}`).join(','),
  'controller.listener.names': 'CONTROLLER',
  ...listeners(ports, PROXY_PORTS[id - 1]),
  'log.dirs': data,
  // what the tests rely on
  'auto.create.topics.enable': false,
  'unclean.leader.election.enable': false,
  'group.initial.rebalance.delay.ms': 0,
  'default.replication.factor': NODES,
  'min.insync.replicas': NODES === 1 ? 1 : 2,
  // 50 partitions of each internal topic only cost time and files
  'offsets.topic.replication.factor': NODES,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': NODES,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': NODES,
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

const javaArguments = (name, memory) => [
  ...memory,
  '-XX:+UseSerialGC',
  `-Dlog4j2.configurationFile=${join(SOURCE, 'log4j2.properties')}`,
  `-Ddacapo.log=${join(LOGS, name)}`,
  '-cp',
  join(LIBS, '*'),
];

function newClusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

/** The same for all brokers, also for one whose store was lost. */
function clusterId() {
  if (!existsSync(CLUSTER_ID)) writeFileSync(CLUSTER_ID, newClusterId());
  return readFileSync(CLUSTER_ID, 'utf8');
}

/** Metadata, version 1, about no topic: int32 size, int16 api key, int16 version, int32 correlation, string, array. */
const METADATA = Buffer.from('00000010000300010000000700026463' + '00000000', 'hex');

/** The broker as it stands in the list of an answer to that: its id, and the first bytes of its address. */
function entryOf(id) {
  const entry = Buffer.alloc(6 + HOST.length);
  entry.writeInt32BE(id, 0);
  entry.writeInt16BE(HOST.length, 4);
  entry.write(HOST, 6);
  return entry;
}

const heap = NODES === 1 ? ['-Xms512m', '-Xmx1g'] : ['-Xms256m', '-Xmx512m'];

const nameOf = (id) => (id === 1 ? 'kafka' : `kafka-${id}`);

function node(id) {
  const config = join(HOME, `${nameOf(id)}.properties`);
  const data = join(HOME, `${nameOf(id)}-data`);
  const first = 19092 + 10 * (id - 1);
  return {
    name: nameOf(id),
    label: 'Apache Kafka 4.3.1',
    marker: config,
    data: [data, CLUSTER_ID],
    variable: 'DACAPO_KAFKA_BROKERS',
    ports: { port: first, controller: first + 1, ...(PROXY_PORTS.length > 0 ? { proxied: first + 100 } : {}) },
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
    async prepare(ports, portsOf) {
      const voters = kafkas.map(({ name }) => portsOf.get(name));
      const lines = Object.entries(settings(id, data, ports, voters)).map(([key, value]) => `${key}=${value}\n`);
      writeFileSync(config, lines.join(''));
      if (!existsSync(join(data, 'meta.properties'))) {
        say(`${nameOf(id)}: formatting an empty store`);
        rmSync(data, { recursive: true, force: true });
        mkdirSync(data, { recursive: true });
        const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', config];
        const small = javaArguments(nameOf(id), ['-Xmx256m', '-XX:TieredStopAtLevel=1']);
        await run(`${nameOf(id)}-format`, JAVA, [...small, ...format]);
      }
      return [JAVA, [...javaArguments(nameOf(id), heap), 'kafka.Kafka', config]];
    },

    /** Ready when the broker names itself in its metadata: before that it answers, but is fenced and leads nothing. */
    async ready({ port }) {
      const answer = await ask(port, METADATA, 12);
      return answer !== undefined && answer.readInt32BE(4) === 7 && answer.includes(entryOf(id));
    },
  };
}

/** One broker, or three with replication 3 and `min.insync.replicas=2`. */
export const kafkas = Array.from({ length: NODES }, (_, index) => node(index + 1));
