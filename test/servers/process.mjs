// Folders, child processes, pid files, ports and waiting: what both servers share. Needs nothing but Node >= 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const HOST = '127.0.0.1';
export const SOURCE = dirname(fileURLToPath(import.meta.url));
/** Everything installed, stored and logged; DACAPO_SERVERS_DIR moves it (a second set of servers beside the first). */
export const HOME = resolve(env.DACAPO_SERVERS_DIR || join(SOURCE, '../../.servers'));
export const LOGS = join(HOME, 'logs');

/** An error whose message is all that the user needs. */
export class ServersError extends Error {}

export const say = (line) => console.log(line);

/** Polls until `check` gives something truthy; past the deadline it throws `message`. */
export async function until(check, milliseconds, message) {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (performance.now() > deadline) throw new ServersError(message);
    await delay(50);
  }
}

// ---- running commands -------------------------------------------------------------------------------------------

/** Runs an install step to its end, its output in a log file. */
export async function run(step, command, args, cwd) {
  const log = join(LOGS, `${step}.log`);
  mkdirSync(LOGS, { recursive: true });
  const output = openSync(log, 'w');
  const child = spawn(command, args, { cwd, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = await new Promise((settle) => {
    child.once('error', (error) => settle(error.code === 'ENOENT' ? `${command} is not installed` : error.message));
    child.once('exit', (code, signal) =>
      settle(code === 0 ? '' : `${command} ended with ${signal ?? code}, see ${log}`),
    );
  });
  if (ended) throw new ServersError(`${step}: ${ended}`);
}

/** Installs once: the stamp says what stands in `folder`; another stamp, or none, means installing afresh. */
export async function installOnce(folder, stamp, what, install) {
  const file = join(folder, 'installed');
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp) return;
  const since = performance.now();
  say(`installing ${what} into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await install();
  writeFileSync(file, stamp);
  say(`installed ${what} in ${seconds(since)}`);
}

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

// ---- server processes -------------------------------------------------------------------------------------------

const pidFile = (name) => join(HOME, `${name}.pid`);

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '); // a zombie's is empty: it counts as gone
  } catch {
    if (existsSync('/proc/self/cmdline')) return '';
    return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  }
}

function readPid(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

/** The pid of the server if it runs, else 0. A pid that was given to a stranger since then does not carry our marker. */
export function runningPid(server) {
  const pid = readPid(pidFile(server.name));
  return pid && commandLine(pid).includes(server.marker) ? pid : 0;
}

/** Starts a server that outlives this process and its shell. Gives back a function that tells whether it has ended. */
export function launch(server, command, args) {
  mkdirSync(LOGS, { recursive: true });
  const log = join(LOGS, `${server.name}.out`);
  if (existsSync(log) && statSync(log).size > 10_000_000) rmSync(log);
  const output = openSync(log, 'a');
  const child = spawn(command, args, { cwd: HOME, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  let ended = '';
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `it ended with ${signal ?? code}`));
  child.unref();
  if (child.pid) writeFileSync(pidFile(server.name), `${child.pid}\n`);
  return () => ended && `${server.name} did not start: ${ended}, see ${LOGS}/${server.name}.*`;
}

/** Ends the server by its pid: `SIGTERM` becomes SIGKILL after 20 s. Gives back the pid, 0 when nothing ran. */
export async function end(server, signal) {
  const pid = runningPid(server);
  if (pid) {
    const gone = () => !runningPid(server);
    process.kill(pid, signal);
    try {
      await until(gone, 20_000, '');
    } catch {
      if (!gone()) process.kill(pid, 'SIGKILL');
      await until(gone, 10_000, `${server.name}: pid ${pid} does not end`);
    }
  }
  rmSync(pidFile(server.name), { force: true });
  return pid;
}

// ---- what is kept from one start to the next --------------------------------------------------------------------

const stateFile = (name) => join(HOME, `${name}.json`);

export function readState(server) {
  try {
    return JSON.parse(readFileSync(stateFile(server.name), 'utf8'));
  } catch {
    return {};
  }
}

export const writeState = (server, state) => writeFileSync(stateFile(server.name), `${JSON.stringify(state)}\n`);

/** One `start` or `stop` at a time; a lock whose holder is gone does not count. */
export async function locked(work) {
  const file = join(HOME, 'lock');
  mkdirSync(HOME, { recursive: true });
  let told = false;
  const take = () => {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      return true;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = readPid(file);
    if (holder && !commandLine(holder).includes('servers.mjs')) rmSync(file, { force: true });
    else if (!told) told = say(`waiting for another servers command (pid ${holder})`) ?? true;
    return false;
  };
  await until(take, 15 * 60_000, `another servers command holds ${file}`);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

// ---- ports ------------------------------------------------------------------------------------------------------

const connects = (port) =>
  new Promise((settle) => {
    const socket = connect({ host: HOST, port });
    const done = (answer) => {
      socket.destroy();
      settle(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });

const binds = (port) =>
  new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => settle(true)));
  });

/** Turns wanted ports into free ones: the wanted one, else the next that nobody listens on. */
export async function freePorts(wanted) {
  const found = {};
  for (const [role, first] of Object.entries(wanted)) {
    let port = first;
    while (Object.values(found).includes(port) || (await connects(port)) || !(await binds(port))) {
      if (++port > first + 200) throw new ServersError(`no free port from ${first} to ${port - 1}`);
    }
    found[role] = port;
  }
  return found;
}

/** Sends a request and gives back the first `length` bytes of the answer, or undefined. */
export const ask = (port, request, length) =>
  new Promise((settle) => {
    let answer = Buffer.alloc(0);
    const socket = connect({ host: HOST, port }, () => socket.write(request));
    const done = () => {
      socket.destroy();
      settle(answer.length >= length ? answer : undefined);
    };
    socket.setTimeout(2000, done);
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      if (answer.length >= length) done();
    });
    socket.once('error', done);
    socket.once('close', done);
  });
