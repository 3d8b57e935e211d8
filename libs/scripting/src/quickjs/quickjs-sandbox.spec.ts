import type { ScriptOutcome, ScriptRequest } from '@dacapo/ports';
import { limits } from '../limits.js';
import { bombs } from '../testing/bombs.js';
import { escapes } from '../testing/escapes.js';
import { QuickJsSandbox } from './quickjs-sandbox.js';

let sandbox: QuickJsSandbox;
beforeAll(async () => {
  sandbox = await QuickJsSandbox.start();
});
afterAll(() => sandbox.close());

const request: ScriptRequest = {
  form: 'script',
  source: '',
  input: { a: 1, list: [1, 2, { b: 'é😀' }], lone: '\ud800', nothing: null },
  fuel: 50_000_000,
  now: Date.UTC(2024, 1, 29, 12, 30, 15, 123),
  seed: 'task-1',
};

function run(source: string, changes: Partial<ScriptRequest> = {}): Promise<ScriptOutcome> {
  return sandbox.evaluate({ ...request, source, ...changes });
}

async function valueOf(source: string, changes: Partial<ScriptRequest> = {}): Promise<unknown> {
  const outcome = await run(source, changes);
  return outcome.ok ? outcome.value : outcome;
}

function failed(message: string): ScriptOutcome {
  return { ok: false, kind: 'error', message: `Error evaluating the script ${message}` };
}

describe('results', () => {
  it.each([
    ['$.a + 1', 2],
    ['$', { a: 1, list: [1, 2, { b: 'é😀' }], lone: '\ud800', nothing: null }],
    [
      '(function () { return { total: $.list.length, names: $.list.map((x) => typeof x) } })()',
      { total: 3, names: ['number', 'number', 'object'] },
    ],
    ['5; var x = 1', 5],
    ['let x = 1; x', 1],
    ['if ($.a) "yes"; else "no"', 'yes'],
    ['undefined', null],
    ['', null],
    ['NaN', null],
    ['[1 / 0, NaN, undefined]', [null, null, null]],
    ['({ a: undefined, b: NaN })', { b: null }],
    ['-0', 0],
    ['"\\0\\u2028\\ud800"', '\0\u2028\ud800'],
    ['new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['[new Map(), /x/, new String("s"), new Number(1)]', [{}, {}, 's', 1]],
    ['({ toJSON: () => undefined })', null],
    ['Promise.resolve(3)', 3],
    ['(async () => { const x = await 1; return [x, await Promise.all([2, 3])] })()', [1, [2, 3]]],
    ['const o = {}; Promise.resolve().then(() => { o.later = 1 }); o', { later: 1 }],
  ])('%s', async (source, value) => expect(await valueOf(source)).toEqual(value));

  it('are those of a function where `return` is allowed', async () => {
    expect(await valueOf('if ($.a) { return "yes" } return "no"', { form: 'function-body' })).toBe('yes');
    expect(await valueOf('$.a', { form: 'function-body' })).toBeNull();
    expect(await valueOf('return 1 // the end', { form: 'function-body' })).toBe(1);
    expect(await run('return 1')).toEqual(failed('`SyntaxError: return not in a function` at line 1'));
  });

  it('are bounded in depth', async () => {
    const nested = (depth: number) => `let a = 1; for (let i = 0; i < ${depth}; i++) a = i % 2 ? [a] : { a }; a`;
    expect(await run(nested(limits.resultDepth - 1))).toMatchObject({ ok: true });
    expect(await run(nested(limits.resultDepth))).toMatchObject({ ok: true });
    expect(await run(nested(limits.resultDepth + 1))).toEqual(
      failed('`The result is nested more than 90 levels deep`'),
    );
  });

  it('are bounded in size', async () => {
    const text = (bytes: number) => `'x'.repeat(${bytes - 2})`;
    expect(await run(text(limits.resultBytes - 1))).toMatchObject({ ok: true });
    expect(await run(text(limits.resultBytes))).toMatchObject({ ok: true });
    const tooLarge = {
      ok: false,
      kind: 'size',
      message: 'The result of the script is larger than 1048576 bytes. Return less.',
    };
    expect(await run(text(limits.resultBytes + 1))).toEqual(tooLarge);
    expect(await run(`'é'.repeat(${limits.resultBytes / 2})`)).toEqual(tooLarge);
  });

  it('may hold the same object twice', async () => {
    expect(await valueOf('const a = { x: [1] }; [a, a, { a }]')).toEqual([{ x: [1] }, { x: [1] }, { a: { x: [1] } }]);
  });
});

describe('errors', () => {
  it.each([
    ['\n\n  null.x', "`TypeError: cannot read property 'x' of null` at line 3"],
    ['1 +', "`SyntaxError: unexpected token in expression: ''` at line 1"],
    ['\nthrow new RangeError("out")', '`RangeError: out` at line 2'],
    ['$.list.map((x) => {\n return x.a.b })', "`TypeError: cannot read property 'b' of undefined` at line 2"],
    ['throw "plain"', '`plain`'],
    ['throw null', '`null`'],
    ['throw { message: "like an error" }', '`like an error`'],
    ['throw { a: 1 }', '`[object Object]`'],
    ['throw { get message() { throw 1 } }', '`1`'],
    ['throw Object.create(null)', '`TypeError: toPrimitive`'],
    ['throw { get message() { throw { get message() { throw 1 } } } }', '`an error that cannot be shown`'],
    ['Promise.reject(new TypeError("late"))', '`TypeError: late` at line 1'],
    ['new Promise(() => {})', '`The result is a promise that is never settled`'],
    ['() => 1', '`The result contains a function, which is not JSON`'],
    ['[1, { a: Symbol() }]', '`The result contains a symbol, which is not JSON`'],
    ['({ a: 1n })', '`The result contains a bigint, which is not JSON`'],
    ['const a = []; a.push({ a }); a', '`The result contains itself`'],
    ['JSON.parse(\'{"__proto__": 1}\')', '`The result contains the forbidden key __proto__`'],
    ['import("fs")', "`ReferenceError: could not load module 'fs'`"],
  ])('%s', async (source, message) => expect(await run(source)).toEqual(failed(message)));

  it('keep their text short', async () => {
    const outcome = await run("throw new Error('x'.repeat(1e6))");
    expect(outcome).toEqual(failed(`\`${'Error: '.padEnd(limits.errorCharacters, 'x')}\` at line 1`));
  });

  it('are told of a source that is no Unicode', async () => {
    expect(await run("'\ud800'")).toEqual(failed('`The script is not valid Unicode`'));
  });

  it('have the line of a function body', async () => {
    expect(await run('\n\nthrow new Error("x")', { form: 'function-body' })).toEqual(failed('`Error: x` at line 3'));
  });
});

describe('what a script sees', () => {
  it('is the time of the request, in UTC', async () => {
    expect(
      await valueOf(
        '[Date.now(), new Date().toISOString(), new Date(2024, 0, 1).getTime(), new Date().getTimezoneOffset()]',
      ),
    ).toEqual([request.now, '2024-02-29T12:30:15.123Z', Date.UTC(2024, 0, 1), 0]);
    expect(await valueOf('new Date().toString()')).toBe('Thu Feb 29 2024 12:30:15 GMT+0000');
    expect(await valueOf('const a = Date.now(); for (let i = 0; i < 1e4; i++); Date.now() - a')).toBe(0);
  });

  it('is chance that repeats', async () => {
    const draw = '[Math.random(), Math.random(), Math.random()]';
    const first = (await valueOf(draw)) as readonly number[];
    expect(await valueOf(draw)).toEqual(first);
    expect(await valueOf(draw, { seed: 'task-2' })).not.toEqual(first);
    expect(new Set(first).size).toBe(3);
    const mean = (await valueOf('let s = 0; for (let i = 0; i < 1e4; i++) s += Math.random(); s / 1e4')) as number;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });

  it('is a copy of the input', async () => {
    const input = { list: [1], map: { a: 1 } };
    expect(await valueOf('$.list.push(2); delete $.map; $.more = 1; $', { input })).toEqual({ list: [1, 2], more: 1 });
    expect(input).toEqual({ list: [1], map: { a: 1 } });
  });

  it('is an input of several megabytes', async () => {
    const items = Array.from({ length: 40_000 }, (_, index) => ({
      id: `item-${index}`,
      name: 'A name',
      tags: ['a', 'b'],
    }));
    expect(await valueOf('$.items.filter((item) => item.id.endsWith("9")).length', { input: { items } })).toBe(4_000);
  });
});

describe('bounds', () => {
  it('of the source', async () => {
    const source = (bytes: number) => `/*${'x'.repeat(bytes - 5)}*/1`;
    expect(await valueOf(source(limits.sourceBytes - 1))).toBe(1);
    expect(await valueOf(source(limits.sourceBytes))).toBe(1);
    expect(await run(source(limits.sourceBytes + 1))).toMatchObject({ ok: false, kind: 'size' });
  });

  it('of the input', async () => {
    // {"t":"..."}
    const input = (bytes: number) => ({ input: { t: 'x'.repeat(bytes - 8) } });
    expect(await valueOf('$.t.length', input(limits.inputBytes - 1))).toBe(limits.inputBytes - 9);
    expect(await valueOf('$.t.length', input(limits.inputBytes))).toBe(limits.inputBytes - 8);
    expect(await run('$.t.length', input(limits.inputBytes + 1))).toMatchObject({ ok: false, kind: 'size' });
  });

  it('of the work: the same script on the same input spends the same', async () => {
    const source = '$.list.map((x) => JSON.stringify(x)).join().split("").sort().join("") + Math.random()';
    const isEnough = async (fuel: number) => (await run(source, { fuel })).ok;
    let [low, high] = [0, 10_000_000];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await isEnough(middle)) high = middle;
      else low = middle;
    }
    // To the unit, on both threads, after whatever ran before.
    await Promise.all([run('for (;;);'), run('const a = []; for (;;) a.push(a.concat(a))')]);
    const outcomes = await Promise.all([high - 1, high - 1, high, high].map(isEnough));
    expect(outcomes).toEqual([false, false, true, true]);
    expect(await run(source, { fuel: high - 1 })).toEqual({
      ok: false,
      kind: 'fuel',
      message: 'Script not evaluated within 4 seconds, interrupted.',
    });
  });

  it('of the memory', async () => {
    expect(await run('const a = []; for (;;) a.push(new Array(1e5).fill(7))')).toEqual({
      ok: false,
      kind: 'memory',
      message: 'Script needs more than 64 MB of memory, interrupted.',
    });
  });
});

it('is as new for every script: the same work costs the same fuel to the unit, whatever ran before', async () => {
  const single = await QuickJsSandbox.start({ threads: 1 });
  // Strings, objects, a sort, a pattern and a deep call: what the heap's state decides is part of the price.
  const source = `const o = {}; for (let i = 0; i < 50; i++) o['k' + i] = [i, String(i)];
    const deep = (n) => n === 0 ? 0 : 1 + deep(n - 1);
    [Object.values(o).sort((a, b) => b[0] - a[0])[0], 'aXbX'.replace(/x/gi, '-'), deep(100), Math.random() < 1]`;
  const isEnough = async (fuel: number) => (await single.evaluate({ ...request, source, fuel })).ok;
  let [low, high] = [0, 5_000_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isEnough(middle)) high = middle;
    else low = middle;
  }
  const traces = [
    ...escapes.map(([, body]) => [body, 'function-body'] as const),
    ...bombs.map(([body]) => [body, 'script'] as const),
  ];
  for (const [body, form] of traces) {
    await single.evaluate({ ...request, source: body, form, fuel: 1_000_000 });
    expect([body, await isEnough(high)]).toEqual([body, true]);
    expect([body, await isEnough(high - 1)]).toEqual([body, false]);
  }
  await single.close();
});

it('has a name that tells the version and the bytes', async () => {
  const other = await QuickJsSandbox.start({ threads: 1 });
  await other.close();
  // C9: it stands in events. A new name is right when the module, the prelude or a limit has changed; go through both corpora then.
  expect(sandbox.build).toBe('quickjs-emscripten-0.32.0+38bca92c3a10e8f2');
  expect(other.build).toBe(sandbox.build);
});

it('refuses what does not fit into its queue, and what comes after its end', async () => {
  const small = await QuickJsSandbox.start({ threads: 1, waitingMax: 2 });
  await small.evaluate({ ...request, source: '1' });
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => small.evaluate({ ...request, source: '1' })));
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.message))).toEqual([
    1,
    1,
    1,
    'The script sandbox failed: too many scripts wait',
  ]);
  const unfinished = small.evaluate({ ...request, source: 'for (;;);' });
  await small.close();
  const closed = { ok: false, kind: 'fault', message: 'The script sandbox failed: it is closed' };
  expect(await unfinished).toEqual(closed);
  expect(await small.evaluate({ ...request, source: '1' })).toEqual(closed);
});

it('ends a script by the watchdog when its fuel is endless, and goes on', async () => {
  const single = await QuickJsSandbox.start({ threads: 1, deadlineMs: 1_000 });
  const [late, next] = await Promise.all([
    single.evaluate({ ...request, source: 'for (;;);', fuel: Number.MAX_SAFE_INTEGER }),
    single.evaluate({ ...request, source: '2' }),
  ]);
  expect(late).toEqual({
    ok: false,
    kind: 'fault',
    message: 'The script sandbox failed: the script was stopped by the watchdog after 1 s',
  });
  expect(next).toEqual({ ok: true, value: 2 });
  await single.close();
});
