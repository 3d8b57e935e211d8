/** The four roles as processes of their own, as many of each as are wanted, each kept alive. The first gateway has the port that clients know. */
import { fileURLToPath } from 'node:url';

import type { Config } from '@dacapo/platform';

import { RoleProcess } from './role-process.js';
import { portBehind, roleNames } from './ports.js';

export class Roles {
  readonly url: string;
  private readonly processes: readonly RoleProcess[];

  constructor(config: Config, gatewayPort: number) {
    const { host, gateways, engines, projectors, dispatchers } = config;
    this.url = `http://${host}:${gatewayPort}`;
    const counts = { gateway: gateways, engine: engines, projector: projectors, dispatcher: dispatchers };
    const roles = roleNames.flatMap((role) => Array.from({ length: counts[role] }, () => role));
    this.processes = roles.map(
      (role, nth) =>
        new RoleProcess(role, {
          program: fileURLToPath(new URL(`../../${role}/src/main.js`, import.meta.url)),
          flags: flagsOf(config),
          host,
          choosePort: async () => (nth === 0 ? gatewayPort : portBehind(gatewayPort, nth, roles.length - 1, host)),
        }),
    );
  }

  get count(): number {
    return this.processes.length;
  }

  /** Resolves when all of them work; rejects when one of them says that it never will. */
  async start(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.start()));
  }

  async stop(): Promise<void> {
    // The gateway first: what it has accepted, the others still work on.
    for (const process of this.processes) await process.stop();
  }
}

/**
 * One small machine loses by sixteen: measured on two cores, 324 workflows a second instead of 482. The number counts only when the topics are
 * made; a cluster that is to grow starts its roles itself and over-partitions.
 */
const partitionsDefault = 4;

/** What the roles must agree on; the rest they take from the environment themselves. */
function flagsOf(config: Config): readonly string[] {
  return [
    ['--host', config.host],
    ['--kafka-brokers', config.kafkaBrokers],
    ['--kafka-topic-prefix', config.kafkaTopicPrefix],
    // Empty where there is none, so that no role takes one from its environment that the others do not have.
    ['--schema-registry-url', config.schemaRegistryUrl ?? ''],
    ['--mongo-url', config.mongoUrl],
    ['--mongo-database', config.mongoDatabase],
    ['--log-level', config.logLevel],
    ['--partitions', String(config.partitions ?? partitionsDefault)],
    config.httpTaskPrivate === undefined ? [] : ['--http-task-private', config.httpTaskPrivate],
    ['--http-task-allowed', config.httpTaskAllowed],
    ['--kafka-task-servers', config.kafkaTaskServers],
    ['--scripts', config.scripts],
  ].flat();
}
