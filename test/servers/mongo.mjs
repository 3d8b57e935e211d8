// SecantusDB: a server that speaks MongoDB's wire protocol. GPL-2.0-only: a process of its own in tests, never shipped.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { HOME, HOST, ServersError, ask, installOnce, run } from './process.mjs';

const PYTHON = join(HOME, 'secantus-py');
const RUST = join(HOME, 'secantus-rs');
const WHEEL = 'SecantusDB==0.7.0b3';
const CRATE = '0.5.3-beta.196';
const DATA = join(HOME, 'mongo-data');

const kinds = {
  python: {
    label: 'SecantusDB 0.7.0b3 (Python), a MongoDB-wire server for tests, not MongoDB',
    install: () =>
      installOnce(PYTHON, WHEEL, `${WHEEL} (PyPI)`, async () => {
        await run('mongo-venv', 'python3', ['-m', 'venv', PYTHON]);
        await run('mongo-install', join(PYTHON, 'bin', 'pip'), ['install', '--disable-pip-version-check', WHEEL]);
      }),
    program: join(PYTHON, 'bin', 'secantusd-py'),
    options: ['--enable-test-commands'],
  },
  rust: {
    label: `SecantusDB ${CRATE} (Rust), a MongoDB-wire server for tests, not MongoDB`,
    install: () =>
      installOnce(RUST, CRATE, `secantus-mdb ${CRATE} (crates.io, builds for some minutes)`, () =>
        run('mongo-install-rust', 'cargo', [
          ...['install', 'secantus-mdb', '--version', CRATE, '--ignore-rust-version', '--root', RUST],
        ]),
      ),
    program: join(RUST, 'bin', 'secantusd-rs'),
    options: [],
  },
};

/**
 * By default what is acknowledged survives a kill, as w: majority does on a real replica set. Without this flag the
 * last writes are lost (Python: unless they ask for j: true; Rust: always), for two to four times the speed.
 */
const durability = env.DACAPO_SERVERS_MONGO_SYNC === 'off' ? [] : ['--sync-on-commit'];

const kind = env.DACAPO_SERVERS_MONGO || 'python';
if (!Object.hasOwn(kinds, kind)) throw new ServersError(`DACAPO_SERVERS_MONGO is ${kind}, not python or rust`);

/** OP_MSG { hello: 1, $db: 'admin' } with request id 7. */
function hello() {
  const body = Buffer.concat([
    Buffer.from('\x10hello\0\x01\0\0\0', 'latin1'),
    Buffer.from('\x02$db\0\x06\0\0\0admin\0', 'latin1'),
    Buffer.from([0]),
  ]);
  const message = Buffer.alloc(16 + 4 + 1 + 4);
  message.writeInt32LE(message.length + body.length, 0);
  message.writeInt32LE(7, 4);
  message.writeInt32LE(2013, 12);
  message.writeInt32LE(4 + body.length, 21);
  return Buffer.concat([message, body]);
}

export const mongo = {
  name: 'mongo',
  label: kinds[kind].label,
  kind,
  marker: DATA,
  data: Object.keys(kinds).map((each) => `${DATA}-${each}`),
  variable: 'DACAPO_MONGO_URL',
  ports: { port: 27117 },
  startSeconds: 60,
  address: ({ port }) => `mongodb://${HOST}:${port}`,

  install: kinds[kind].install,

  async prepare({ port }) {
    const data = `${DATA}-${kind}`;
    mkdirSync(data, { recursive: true });
    const { program, options } = kinds[kind];
    return [program, ['--host', HOST, '--port', String(port), '--storage-path', data, ...durability, ...options]];
  },

  /** Ready when it answers a hello. */
  async ready({ port }) {
    const answer = await ask(port, hello(), 16);
    return answer !== undefined && answer.readInt32LE(8) === 7;
  },
};
