/** C1: nothing of the host is in reach of a script, whatever it tries. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScriptOutcome } from '@dacapo/ports';
import { QuickJsSandbox } from './index.js';
import { escapes, probeSource } from './testing/escapes.js';

const secret = 'canary-7f3a';
const folder = mkdtempSync(join(tmpdir(), 'dacapo-escapes-'));
const file = join(folder, 'canary.txt');
const variable = '__dacapoCanary';
let connections = 0;
let server: Server;
let port: number;
let sandbox: QuickJsSandbox;

beforeAll(async () => {
  writeFileSync(file, secret);
  Object.assign(globalThis, { [variable]: secret });
  server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
  sandbox = await QuickJsSandbox.start();
});

afterAll(async () => {
  await sandbox.close();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function run(form: 'script' | 'function-body', source: string): Promise<ScriptOutcome> {
  return sandbox.evaluate({
    form,
    source,
    input: { file, port, variable, list: [1] },
    fuel: 50_000_000,
    now: 0,
    seed: '',
  });
}

it('has at least 60 cases', () => expect(escapes.length).toBeGreaterThanOrEqual(60));

it('notices a host object', async () => {
  const outcome = await run(
    'script',
    `${probeSource}; [reached({ process: 1 }), reached(Object.assign(() => 1, { std: {} })), reached(1)]`,
  );
  expect(outcome).toEqual({ ok: true, value: ['process', 'std', ''] });
});

it.each(escapes)('C1 %s', async (_name, body) => {
  const { mtimeMs } = statSync(file);
  // What comes out of it as a result, and what it holds in its hands.
  const [plain, probed] = await Promise.all([
    run('function-body', body),
    run(
      'script',
      `${probeSource}; (function () { let got; try { got = (function () { ${body} })() } catch (error) { got = error } return reached(got) })()`,
    ),
  ]);
  expect(JSON.stringify(plain)).not.toMatch(new RegExp(`${secret}|escaped":|"pid"|"${process.pid}"`));
  if (!plain.ok) expect(plain.kind).toBe('error');
  // A body that is no valid function is refused as a whole; else nothing was reached.
  if (probed.ok) expect(probed.value).toBe('');
  else expect(probed.message).toContain('SyntaxError');
  expect([readFileSync(file, 'utf8'), statSync(file).mtimeMs]).toEqual([secret, mtimeMs]);
  expect(Reflect.get(globalThis, variable)).toBe(secret);
  expect(Object.hasOwn(Object.prototype, 'escaped')).toBe(false);
});

it('touched no socket and no environment, and prints nothing', () => {
  expect(connections).toBe(0);
  // oxlint-disable-next-line node/no-process-env -- the canary
  expect(process.env['ESCAPED']).toBeUndefined();
});

it('leaves nothing behind for the next script', async () => {
  await run('script', 'Object.prototype.left = 1; Array.prototype.map = null; globalThis.left = 2; $.list.push(3)');
  for (let round = 0; round < 4; round++) {
    const outcome = await run('script', '[typeof left, {}.left === undefined, [1].map((x) => x + 1), $.list]');
    expect(outcome).toEqual({ ok: true, value: ['undefined', true, [2], [1]] });
  }
});
