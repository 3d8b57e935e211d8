// Apicurio Registry from Maven Central: a schema registry with Confluent's API, its data in a file of H2.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { HOME, HOST, ServersError, installOnce, run } from './process.mjs';

const DATA = join(HOME, 'registry-data');
const FOLDER = join(HOME, 'registry');
const API = '/apis/ccompat/v7';

/** The newest release that each Java can run. (3.0 gives a schema that was only formatted anew another id.) */
const releases = [
  { java: 21, version: '3.3.3', jar: 'quarkus-run.jar' },
  { java: 17, version: '3.0.9', jar: 'apicurio-registry-app-3.0.9-runner.jar' },
];

/** Where JDKs usually are. The first new enough one is taken, by this order. */
function javas() {
  const below = (folder, rest = '') =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, rest)) : [];
  const homes = [
    ...(env.JAVA_HOME ? [env.JAVA_HOME] : []),
    ...below('/usr/lib/jvm'),
    ...below('/opt/java'),
    ...below('/opt'),
    ...below(join(homedir(), '.sdkman/candidates/java')),
    ...below('/Library/Java/JavaVirtualMachines', 'Contents/Home'),
  ];
  const found = homes.map((home) => join(home, 'bin', 'java')).filter((java) => existsSync(java));
  return env.DACAPO_SERVERS_JAVA ? [env.DACAPO_SERVERS_JAVA] : ['java', ...found];
}

/** 0 when it does not run. */
function versionOf(java) {
  const { stderr = '' } = spawnSync(java, ['-version'], { encoding: 'utf8', timeout: 20_000 });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

function choose() {
  const known = [];
  for (const java of javas()) {
    const version = versionOf(java);
    if (version >= releases[0].java) return { ...releases[0], java };
    known.push({ java, version });
  }
  for (const release of releases) {
    const fitting = known.find(({ version }) => version >= release.java);
    if (fitting) return { ...release, java: fitting.java };
  }
  throw new ServersError('registry: no Java 17 or newer was found; name one with DACAPO_SERVERS_JAVA');
}

let chosen;

export const registry = {
  name: 'registry',
  get label() {
    return `Apicurio Registry ${chosen?.version ?? ''}`;
  },
  marker: DATA,
  data: [DATA],
  variable: 'DACAPO_TEST_REGISTRY_URL',
  ports: { port: 18081, management: 18082 },
  startSeconds: 90,
  address: ({ port }) => `http://${HOST}:${port}${API}`,

  async install() {
    chosen = choose();
    const artifact = `io.apicurio:apicurio-registry-app:${chosen.version}:tar.gz:all`;
    await installOnce(FOLDER, artifact, `Apicurio Registry ${chosen.version} (Maven Central)`, async () => {
      const args = ['-q', '-B', 'dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${FOLDER}`];
      // Maven leaves a folder of its own where it is called without a project.
      const scratch = join(FOLDER, 'maven');
      mkdirSync(scratch);
      await run('registry-install', 'mvn', args, scratch);
      rmSync(scratch, { recursive: true, force: true });
    });
  },

  async prepare({ port, management }) {
    const scratch = join(DATA, 'tmp');
    mkdirSync(scratch, { recursive: true });
    const settings = {
      'java.io.tmpdir': scratch,
      'quarkus.http.host': HOST,
      'quarkus.http.port': port,
      'quarkus.management.host': HOST,
      'quarkus.management.port': management,
      // Without WRITE_DELAY=0 a kill takes the last schemas away, and their ids go to other ones.
      'apicurio.datasource.url': `jdbc:h2:file:${join(DATA, 'registry')};WRITE_DELAY=0`,
    };
    const small = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const options = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
    return [chosen.java, [...small, ...options, '-jar', join(FOLDER, chosen.jar)]];
  },

  async ready(ports) {
    try {
      const response = await fetch(`${this.address(ports)}/subjects`, { signal: AbortSignal.timeout(2000) });
      return response.ok;
    } catch {
      // Not listening yet.
      return false;
    }
  },
};
