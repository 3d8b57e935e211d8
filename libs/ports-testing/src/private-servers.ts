/**
 * Servers of one spec's own, which it may kill: those of `npm run servers` are shared with other suites. The installation is
 * borrowed, the data are new and are deleted at the end.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { env, execPath } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = resolve('test/servers/servers.mjs');
const installations = ['kafka', 'secantus-py', 'secantus-rs', 'registry'];

export class PrivateServers {
  private constructor(
    private readonly home: string,
    private readonly brokers: number,
    private readonly kafkaProxyPorts: readonly number[],
    private readonly hasRegistry: boolean,
  ) {}

  /**
   * `brokers`: 1 or 3. `kafkaProxyPorts`: one for each of them. Clients that come by there are told to come by there again; they have to lead to
   * `kafkasBehindProxies`. `hasRegistry`: a schema registry too, default no.
   */
  static async start({
    kafkaProxyPorts = [],
    brokers = Math.max(kafkaProxyPorts.length, 1),
    hasRegistry = false,
  }: {
    readonly brokers?: number;
    readonly kafkaProxyPorts?: readonly number[];
    readonly hasRegistry?: boolean;
  } = {}): Promise<PrivateServers> {
    const shared = resolve(env['DACAPO_SERVERS_DIR'] ?? '.servers');
    const home = mkdtempSync(join(tmpdir(), 'dacapo-servers-'));
    const servers = new PrivateServers(home, brokers, kafkaProxyPorts, hasRegistry);
    for (const each of installations) {
      if (existsSync(join(shared, each))) symlinkSync(join(shared, each), join(servers.home, each));
    }
    await servers.start();
    return servers;
  }

  /** Also after a kill: the same addresses, the same data. */
  async start(): Promise<void> {
    await this.command('start');
  }

  /** SIGKILL. */
  async kill(name: 'kafka' | 'kafka-2' | 'kafka-3' | 'mongo' | 'registry'): Promise<void> {
    await this.command('kill', name);
  }

  async remove(): Promise<void> {
    await this.command('stop');
    rmSync(this.home, { recursive: true, force: true });
  }

  /** The value of a line in the address file, for example of DACAPO_KAFKA_BROKERS. */
  address(variable: string): string {
    const lines = readFileSync(join(this.home, 'env'), 'utf8');
    const value = new RegExp(`^export ${variable}=(.*)$`, 'm').exec(lines)?.[1];
    if (value === undefined) throw new Error(`${variable} is not in the address file`);
    return value;
  }

  /** The ports that the proxies have to lead to. */
  get kafkasBehindProxies(): readonly number[] {
    return this.kafkaProxyPorts.map((_, index) => {
      const file = index === 0 ? 'kafka.json' : `kafka-${index + 1}.json`;
      const state = JSON.parse(readFileSync(join(this.home, file), 'utf8')) as { readonly proxied?: number };
      if (state.proxied === undefined) throw new Error('a broker was started without a proxy');
      return state.proxied;
    });
  }

  private async command(...words: readonly string[]): Promise<void> {
    const brokers = {
      DACAPO_SERVERS_KAFKA_NODES: String(this.brokers),
      DACAPO_SERVERS_KAFKA_PROXY_PORTS: this.kafkaProxyPorts.join(','),
      DACAPO_SERVERS_REGISTRY: this.hasRegistry ? 'on' : 'off',
    };
    await run(execPath, [script, ...words], {
      env: { ...env, ...brokers, DACAPO_SERVERS_DIR: this.home, NODE_OPTIONS: '' },
    });
  }
}
