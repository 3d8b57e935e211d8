import type { ScriptRequest } from '@dacapo/ports';

import { LazySandbox } from './lazy.js';
import { openScripts, type Scripts } from './scripts.js';

const request: ScriptRequest = {
  form: 'script',
  source: '$.n + 1',
  input: { n: 1 },
  fuel: 1_000_000,
  now: 0,
  seed: 's',
};
let scripts: Scripts | undefined;

afterEach(() => scripts?.close());

describe('scripts that are on', () => {
  it('start with the first one, whoever else comes meanwhile', async () => {
    scripts = openScripts('on');
    const { sandbox } = scripts;
    expect(sandbox?.build).toBe('none');
    const asked = [1, 2].map(async () => sandbox?.evaluate(request));
    expect(await Promise.all(asked)).toEqual([
      { ok: true, value: 2 },
      { ok: true, value: 2 },
    ]);
    expect(sandbox?.build).toMatch(/^quickjs-emscripten-/);
    expect(await scripts.jq.transform('.n + 2', { n: 1 })).toEqual({ ok: true, results: [3] });
  });

  it('close without having been used, and are closed then', async () => {
    scripts = openScripts('on');
    await scripts.close();
    expect(await scripts.sandbox?.evaluate(request)).toMatchObject({ ok: false, kind: 'fault' });
    expect(await scripts.jq.transform('.', {})).toMatchObject({ ok: false });
  });

  it('close while they start', async () => {
    scripts = openScripts('on');
    const asked = scripts.sandbox?.evaluate(request);
    await scripts.close();
    expect(await asked).toMatchObject({ ok: false, kind: 'fault' });
  });
});

describe('scripts that cannot start', () => {
  it('are a fault, said once for all who waited', async () => {
    const said: unknown[] = [];
    const start = (): Promise<never> => Promise.reject(new Error('another module'));
    const sandbox = new LazySandbox({ onStartFault: (error) => said.push(error) }, start);
    expect(await Promise.all([sandbox.evaluate(request), sandbox.evaluate(request)])).toEqual([
      { ok: false, kind: 'fault', message: 'The script sandbox failed: it could not be started' },
      { ok: false, kind: 'fault', message: 'The script sandbox failed: it could not be started' },
    ]);
    expect(said).toHaveLength(1);
    await sandbox.close();
  });
});

describe('scripts that are off', () => {
  it('have no sandbox, and fail queries with a reason', async () => {
    scripts = openScripts('off');
    expect(scripts.sandbox).toBeUndefined();
    expect(await scripts.jq.transform('.', {})).toEqual({ ok: false, message: 'Scripts are switched off' });
  });
});
