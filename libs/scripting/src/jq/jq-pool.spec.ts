/** C5 and the contract 6.18. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { limits } from '../limits.js';
import { jqBombs } from '../testing/bombs.js';
import { type JqOutcome, JqPool } from './jq-pool.js';

const input = { a: 1, b: [1, 2, { c: 'x' }], s: 'é😀\0"\n', none: null };
const delay = monitorEventLoopDelay({ resolution: 5 });
let pool: JqPool;

beforeAll(async () => {
  // Nothing but the bombs is about time, and the machine may be busy.
  pool = await JqPool.start({ deadlineMs: 10_000 });
  await pool.transform('.', input);
});
afterAll(() => pool.close());

function failed(message: string): JqOutcome {
  return { ok: false, message };
}

describe('queries', () => {
  it.each([
    ['.', [input]],
    ['.a', [1]],
    ['.b[]', [1, 2, { c: 'x' }]],
    ['empty', []],
    ['.missing', [null]],
    ['.s', [input.s]],
    ['{total: (.b | length), name: .s}', [{ total: 3, name: input.s }]],
    ['.b | map(.c? // "none")', [['none', 'none', 'x']]],
    ['-1', [-1]],
    ['--1', [1]],
    ['nan, infinite', [null, 1.7976931348623157e308]],
    ['"a", "b\\nc"', ['a', 'b\nc']],
    ['.b[] | debug', [1, 2, { c: 'x' }]],
    ['halt', []],
    ['{env: 1, input: 2}', [{ env: 1, input: 2 }]],
    ['# comment\r\n.a', [1]],
    ['"2015-03-05T23:51:47Z" | fromdate', [1425599507]],
  ])('%s', async (query, results) => expect(await pool.transform(query, input)).toEqual({ ok: true, results }));
});

describe('queries that fail', () => {
  it.each([
    ['', 'Top-level program not given (try ".")'],
    ['.a.x', 'Cannot index number with string "x"'],
    ['.a ||| .b', "syntax error, unexpected '|' at <top-level>, line 1"],
    ['.a |\n foo(1)', 'foo/1 is not defined at <top-level>, line 2'],
    ['1, 2, error("late")', 'late'],
    ['error({a: 1})', '{"a":1}'],
    ['error("a\\njq: b")', 'a\njq: b'],
    ['"stop" | halt_error', 'stop'],
    ['--version', 'version/0 is not defined at <top-level>, line 1'],
    ['-n', 'n/0 is not defined at <top-level>, line 1'],
    ['env', 'The query uses env, which is not available here'],
    ['"\\($ENV.PATH)"', 'The query uses $ENV, which is not available here'],
    ['.a\0 | env', 'The query is not valid Unicode, or has a NUL in it'],
    ['{"__proto__": 1}', 'The results of the query contain the forbidden key __proto__'],
    ['{"\\u005f_proto__": 1}', 'The results of the query contain the forbidden key __proto__'],
  ])('%j', async (query, message) => expect(await pool.transform(query, input)).toEqual(failed(message)));
});

describe('bounds', () => {
  it('of the depth of results: jq-web alone would overwrite its own data here', async () => {
    const nested = (depth: number) => `reduce range(${depth}) as $i (1; [.])`;
    expect(await pool.transform(nested(limits.resultDepth - 1), {})).toMatchObject({ ok: true });
    expect(await pool.transform(nested(limits.resultDepth), {})).toMatchObject({ ok: true });
    const tooDeep = failed('The results of the query are nested more than 90 levels deep');
    expect(await pool.transform(nested(limits.resultDepth + 1), {})).toEqual(tooDeep);
    expect(await pool.transform(nested(9_000), {})).toEqual(tooDeep);
    expect(await pool.transform('.a', input)).toEqual({ ok: true, results: [1] });
  });

  it.each([
    '. == .',
    'tojson | length',
    'flatten',
    '[..] | length',
    'walk(.)',
    '[paths] | length',
    '[., .] | sort | unique | length',
    'contains(.)',
    'del(..)',
    '[leaf_paths]',
    '. as [$a] | $a | error',
    'tostring | fromjson',
  ])('of the nesting inside of a query: %s', async (query) => {
    await pool.transform(`reduce range(100000) as $i (1; [.]) | ${query}`, input);
    expect(await pool.transform('[.b[]?, .a] | sort | tojson', input)).toEqual({
      ok: true,
      results: ['[1,1,2,{"c":"x"}]'],
    });
  });

  it('of the query', async () => {
    const query = (bytes: number) => `"${'x'.repeat(bytes - 9)}"|length`;
    expect(await pool.transform(query(limits.jqQueryBytes), {})).toEqual({
      ok: true,
      results: [limits.jqQueryBytes - 9],
    });
    expect(await pool.transform(query(limits.jqQueryBytes + 1), {})).toEqual(
      failed('The query is larger than 65536 bytes. Split it over two tasks.'),
    );
    expect(await pool.transform(`.a${'|.'.repeat(5_000)}`, {})).toMatchObject({ ok: false });
  });

  it('of the results', async () => {
    expect(await pool.transform('"x" * 5242878', {})).toMatchObject({ ok: true });
    expect(await pool.transform('"x" * 5242879', {})).toEqual(
      failed('The results of the query are larger than 5242880 bytes. Return less.'),
    );
  });

  it('of the memory', async () => {
    expect(await pool.transform('"a" * 400000000 | length', {})).toEqual(
      failed('Query needs more than 256 MB of memory, interrupted.'),
    );
    expect(await pool.transform('.a', input)).toEqual({ ok: true, results: [1] });
  });
});

describe('bombs', () => {
  let hurried: JqPool;
  beforeAll(async () => {
    hurried = await JqPool.start({ deadlineMs: 500 });
    delay.enable();
  });
  afterAll(() => hurried.close());

  it.each(jqBombs)('C5 %s', async (query) => {
    const outcome = await hurried.transform(query, input);
    // On a fast machine memory, or the patience of jq's regular expressions, runs out first.
    expect(outcome).toEqual({
      ok: false,
      message: expect.stringMatching(
        /^Query (not evaluated within 500 ms|needs more than 256 MB of memory), interrupted\.$|^Regex failure: retry-limit/,
      ) as unknown,
    });
    expect(await hurried.transform('.a', input)).toEqual({ ok: true, results: [1] });
  });

  it('end within a second by default', async () => {
    const usual = await JqPool.start();
    const started = performance.now();
    expect(await usual.transform('def f: f; f', {})).toEqual(
      failed('Query not evaluated within 1000 ms, interrupted.'),
    );
    expect(performance.now() - started).toBeLessThan(5_000);
    await usual.close();
  });

  it('left the event loop of the host free', () => {
    delay.disable();
    // Nanoseconds; the rest is for a busy machine. On the main thread each query would hold it up for 500 ms.
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
  });
});
