/** Several processes of each role on servers of their own, each of which may be killed, told to end, or frozen at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath, kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { PrivateServers } from '@dacapo/ports-testing';

import { type Reachable } from '../crash/client.js';
import { ServerGone } from '../crash/server.js';
import { freePort, isChild } from '../distributed/harness.js';
import { Proxy } from './proxy.js';

export const partitionCount = 8;
export const topicPrefix = 'chaos.';
export const database = 'chaos';
/** Everything in three copies, of which two have to be written. */
const brokerCount = 3;

export const roles = ['gateway', 'engine', 'projector', 'dispatcher'] as const;
export type RoleName = (typeof roles)[number];

const counts = ['--gateways', '2', '--engines', '3', '--projectors', '2', '--dispatchers', '2'];
const startMs = 60_000;
const lookMs = 20;

export class Cluster implements Reachable {
  stderr = '';
  private stdout = '';
  private isOver = false;

  private constructor(
    readonly servers: PrivateServers,
    /** By which the processes reach each broker and the database; the audit has a way of its own. */
    readonly ways: { readonly kafka: readonly Proxy[]; readonly mongo: readonly Proxy[] },
    private readonly launcher: ChildProcess,
  ) {
    launcher.stdout?.on('data', (chunk) => (this.stdout += String(chunk)));
    launcher.stderr?.on('data', (chunk) => (this.stderr = (this.stderr + String(chunk)).slice(-20_000)));
  }

  static async start(): Promise<Cluster> {
    const brokers = await Promise.all(Array.from({ length: brokerCount }, () => Proxy.open()));
    const mongo = await Proxy.open();
    const servers = await PrivateServers.start({ kafkaProxyPorts: brokers.map(({ port }) => port) });
    for (const [index, port] of servers.kafkasBehindProxies.entries()) brokers[index]?.lead(port);
    mongo.lead(Number(new URL(servers.address('DACAPO_MONGO_URL')).port));
    const flags = {
      '--port': String(await freePort()),
      '--kafka-brokers': brokers.map(({ port }) => `127.0.0.1:${port}`).join(','),
      '--mongo-url': `mongodb://127.0.0.1:${mongo.port}/?directConnection=true`,
      '--kafka-topic-prefix': topicPrefix,
      '--mongo-database': database,
      '--partitions': String(partitionCount),
    };
    const program = join('dist', 'apps', 'distributed', 'src', 'main.js');
    const launcher = spawn(execPath, [program, ...Object.entries(flags).flat(), ...counts], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const cluster = new Cluster(servers, { kafka: brokers, mongo: [mongo] }, launcher);
    const end = Date.now() + startMs;
    while (!cluster.stdout.includes(' is ready')) {
      if (Date.now() > end || launcher.exitCode !== null)
        throw new Error(`the cluster does not start: ${cluster.stderr}`);
      await pause(lookMs);
    }
    return cluster;
  }

  get brokers(): string {
    return this.servers.address('DACAPO_KAFKA_BROKERS');
  }

  get mongoUrl(): string {
    return this.servers.address('DACAPO_MONGO_URL');
  }

  /** Of any gateway that is there. */
  get port(): number {
    const ports = this.pidsOf('gateway').flatMap((pid) => portOf(pid) ?? []);
    return ports[Math.floor(Math.random() * ports.length)] ?? 0;
  }

  async up(): Promise<void> {
    while (!this.isOver && this.pidsOf('gateway').length === 0) await pause(lookMs);
    if (this.isOver) throw new ServerGone();
  }

  pidsOf(role: RoleName): readonly number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && isChild(pid, this.launcher.pid, `/apps/${role}/`));
  }

  signal(pid: number, signal: NodeJS.Signals): void {
    try {
      kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }

  /** The exit code of the launcher after it was told to end. */
  async stop(): Promise<number | null> {
    this.isOver = true;
    for (const role of roles) for (const pid of this.pidsOf(role)) this.signal(pid, 'SIGCONT');
    if (this.launcher.exitCode === null) {
      this.launcher.kill('SIGTERM');
      await once(this.launcher, 'exit');
    }
    await Promise.all([...this.ways.kafka, ...this.ways.mongo].map((way) => way.close()));
    return this.launcher.exitCode;
  }
}

function portOf(pid: number): number | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return Number(words[words.lastIndexOf('--port') + 1]);
  } catch {
    return undefined;
  }
}
