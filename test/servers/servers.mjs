// npm run servers -- start [--fresh] | stop | status | kill kafka | kill mongo | kill registry
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import {
  HOME,
  ServersError,
  end,
  freePorts,
  launch,
  locked,
  readState,
  runningPid,
  say,
  seconds,
  until,
  writeState,
} from './process.mjs';

const USAGE = 'usage: npm run servers -- start [--fresh] | stop | status | kill kafka | kill mongo | kill registry';
const ENV = join(HOME, 'env');

/** Decided for all before any of them starts: brokers have to know of each other. The same as last time, if they can be. */
async function portsOfAll(servers) {
  const portsOf = new Map();
  for (const server of servers) {
    const state = readState(server);
    const wanted = Object.entries(server.ports).map(([role, port]) => [role, state[role] ?? port]);
    portsOf.set(server.name, runningPid(server) ? state : await freePorts(Object.fromEntries(wanted)));
  }
  return portsOf;
}

async function startOne(server, portsOf) {
  const ports = portsOf.get(server.name);
  const pid = runningPid(server);
  if (pid) {
    if (ports.kind !== server.kind) {
      throw new ServersError(`${server.name} runs as ${ports.kind}, not ${server.kind}: stop it first`);
    }
    const hint = `${server.name} (pid ${pid}) runs but does not answer on ${server.address(ports)}: stop it, start again`;
    await until(() => server.ready(ports), server.startSeconds * 1000, hint);
    say(`${server.name}: up already, pid ${pid}, ${server.address(ports)} - ${server.label}`);
    return;
  }
  const since = performance.now();
  const [command, args] = await server.prepare(ports, portsOf);
  writeState(server, { ...ports, kind: server.kind });
  const failure = launch(server, command, args);
  const check = async () => {
    if (failure()) throw new ServersError(failure());
    return server.ready(ports);
  };
  await until(check, server.startSeconds * 1000, `${server.name} was not ready after ${server.startSeconds} s`);
  say(
    `${server.name}: up after ${seconds(since)}, pid ${runningPid(server)}, ${server.address(ports)} - ${server.label}`,
  );
}

async function installAll(servers) {
  const byVariable = new Map(servers.map((server) => [server.variable, server]));
  await allOf([...byVariable.values()].map((server) => server.install()));
}

async function start(servers, fresh) {
  if (fresh) {
    await stop(servers);
    for (const folder of servers.flatMap((server) => server.data)) rmSync(folder, { recursive: true, force: true });
    say('data wiped');
  }
  await installAll(servers);
  const portsOf = await portsOfAll(servers);
  await allOf(servers.map((server) => startOne(server, portsOf)));
  const lines = addresses(servers, portsOf).map(([variable, address]) => `export ${variable}=${address}\n`);
  mkdirSync(HOME, { recursive: true });
  writeFileSync(ENV, lines.join(''));
  say(`addresses in ${ENV}:\n${lines.join('').trimEnd()}`);
}

/** Rejects only when all have come to an end, with what all of them have to say. */
async function allOf(works) {
  const results = await Promise.allSettled(works);
  const failed = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  const unexpected = failed.find((error) => !(error instanceof ServersError));
  if (unexpected) throw unexpected;
  if (failed.length) throw new ServersError(failed.map((error) => error.message).join('\n'));
}

/** Those of several brokers with commas. */
function addresses(servers, portsOf) {
  const found = new Map();
  for (const server of servers) {
    const before = found.get(server.variable);
    const address = server.address(portsOf.get(server.name));
    found.set(server.variable, before === undefined ? address : `${before},${address}`);
  }
  return [...found];
}

async function stop(servers) {
  rmSync(ENV, { force: true });
  const stopOne = async (server) => {
    const since = performance.now();
    const pid = await end(server, 'SIGTERM');
    say(pid ? `${server.name}: stopped pid ${pid} in ${seconds(since)}` : `${server.name}: was not running`);
  };
  await Promise.all(servers.map(stopOne));
}

async function status(servers) {
  let down = 0;
  for (const server of servers) {
    const state = readState(server);
    const pid = runningPid(server);
    const up = pid !== 0 && (await server.ready(state));
    if (!up) down += 1;
    const address = state.port ? server.address(state) : 'never started';
    say(`${server.name}\t${up ? 'up' : 'down'}\tpid ${pid || '-'}\t${address}`);
  }
  return down ? 1 : 0;
}

async function kill(servers, name) {
  const server = servers.find((each) => each.name === name);
  if (!server) throw new ServersError(USAGE);
  const pid = await end(server, 'SIGKILL');
  if (!pid) throw new ServersError(`${name} is not running`);
  say(`${name}: killed pid ${pid}`);
}

async function main([command, option, ...rest]) {
  const { kafkas } = await import('./kafka.mjs');
  const { mongo } = await import('./mongo.mjs');
  const { registry } = await import('./registry.mjs');
  // A set of servers for one suite does without it, unless the suite needs it: it takes 300 MB.
  const servers = [...kafkas, mongo, ...(env.DACAPO_SERVERS_REGISTRY === 'off' ? [] : [registry])];
  if (rest.length === 0) {
    if (command === 'start' && (!option || option === '--fresh')) {
      return locked(() => start(servers, option === '--fresh'));
    }
    if (command === 'stop' && !option) return locked(() => stop(servers));
    if (command === 'status' && !option) return status(servers);
    if (command === 'kill' && option) return kill(servers, option);
  }
  throw new ServersError(USAGE);
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ?? 0;
} catch (error) {
  console.error(error instanceof ServersError ? error.message : error);
  process.exitCode = 1;
}
