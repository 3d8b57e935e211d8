// npm run servers -- start [--fresh] | stop | status | kill kafka | kill mongo
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

const USAGE = 'usage: npm run servers -- start [--fresh] | stop | status | kill kafka | kill mongo';
const ENV = join(HOME, 'env');

async function startOne(server) {
  const state = readState(server);
  const pid = runningPid(server);
  if (pid) {
    if (state.kind !== server.kind) {
      throw new ServersError(`${server.name} runs as ${state.kind}, not ${server.kind}: stop it first`);
    }
    const hint = `${server.name} (pid ${pid}) runs but does not answer on ${server.address(state)}: stop it, start again`;
    await until(() => server.ready(state), server.startSeconds * 1000, hint);
    say(`${server.name}: up already, pid ${pid}, ${server.address(state)} - ${server.label}`);
    return server.address(state);
  }
  await server.install();
  const wanted = Object.fromEntries(Object.entries(server.ports).map(([role, port]) => [role, state[role] ?? port]));
  const ports = await freePorts(wanted);
  const since = performance.now();
  const [command, args] = await server.prepare(ports);
  writeState(server, { ...ports, kind: server.kind });
  const failure = launch(server, command, args);
  const check = async () => {
    if (failure()) throw new ServersError(failure());
    return server.ready(ports);
  };
  await until(check, server.startSeconds * 1000, `${server.name} was not ready after ${server.startSeconds} s`);
  const address = server.address(ports);
  say(`${server.name}: up after ${seconds(since)}, pid ${runningPid(server)}, ${address} - ${server.label}`);
  return address;
}

async function start(servers, fresh) {
  if (fresh) {
    await stop(servers);
    for (const folder of servers.flatMap((server) => server.data)) rmSync(folder, { recursive: true, force: true });
    say('data wiped');
  }
  const results = await Promise.allSettled(servers.map(startOne));
  const failed = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  const unexpected = failed.find((error) => !(error instanceof ServersError));
  if (unexpected) throw unexpected;
  if (failed.length) throw new ServersError(failed.map((error) => error.message).join('\n'));
  const lines = servers.map((server, index) => `export ${server.variable}=${results[index].value}\n`);
  mkdirSync(HOME, { recursive: true });
  writeFileSync(ENV, lines.join(''));
  say(`addresses in ${ENV}:\n${lines.join('').trimEnd()}`);
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
  const { kafka } = await import('./kafka.mjs');
  const { mongo } = await import('./mongo.mjs');
  const servers = [kafka, mongo];
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
