import { compileScript, conditionHolds, runScript } from '../index.js';

const input = {
  country: 'DE',
  total: 150,
  flag: false,
  nothing: null,
  list: [1, 'two', null],
  map: { a: { b: 7 }, length: 3, class: 'k' },
  text: ' Hello ',
};

function outcome(source: string): unknown {
  const compiled = compileScript(source);
  if (!compiled.ok) return compiled.error.kind;
  const result = runScript(compiled.script, { $: input, other: 4 });
  return result.ok ? { value: result.value } : result.error.kind;
}

describe('scripts have a value', () => {
  it.each([
    ["$.country == 'DE' && $.total > 100 ? 'a' : 'b'", 'a'],
    ["$['country'] + '-' + $.total", 'DE-150'],
    ['$.map.a.b * 2 - 1', 13],
    ['$.list[0]', 1],
    ['$.list["1"]', 'two'],
    ['$.list.length + $.country.length + $.map.length', 8],
    ['$.missing', null],
    ['$.missing === undefined', true],
    ['$.nothing ?? "x"', 'x'],
    ['$.map.class', 'k'],
    ['typeof $.list + typeof $.nothing + typeof $.missing', 'objectobjectundefined'],
    ['other + 1', 5],
    ['$.country[0] + $.country["1"]', 'DE'],
    ['$.country[5]', null],
    ['-$.total % 7', -3],
    ['+"0x10" + +" 5 " + +""', 21],
    ["'5' * '2'", 10],
    ["'b' > 'a'", true],
    ['null == undefined', true],
    ['null >= 0', true],
    ['1 == "1"', true],
    ['true == "1"', true],
    ['$.list == null', false],
    ['$.text.trim().toLowerCase()', 'hello'],
    ["$.text.includes('ell') && $.text.trim().startsWith('H')", true],
    ["$.list.includes('two')", true],
    ['$.list.indexOf(null)', 2],
    ["'a\\n\\x41\\u0042\\'' + \"\\q\"", "a\nAB'q"],
    ['.5 + 5. + 1e3 + 0xff', 1260.5],
    ['$.flag?.5:1', 1],
    ['({a: 1, "b c": [$.total, 2,], 3: null})', { a: 1, 'b c': [150, 2], 3: null }],
    ['1 // comment\n + /* more */ 2', 3],
    ['', null],
  ])('%s', (source, value) => expect(outcome(source)).toEqual({ value }));
});

describe('statements', () => {
  it.each([
    ["if ($.total > 100) 'big'; else 'small'", 'big'],
    ["if ($.total > 100) { 'big' } else { 'small' }", 'big'],
    ["if ($.flag) 'x'", null],
    ["5; if ($.flag) 'x'", null],
    ['5; var x = 1;', 5],
    ['5; {}', 5],
    ['5; { var x = 1 }', 5],
    ['var x = 1, y = x + 1; y', 2],
    ['let x = 1\nlet y = x\nx + y', 2],
    ['const t = $.total; t > 100', true],
    ['var r; if ($.flag) r = 1; else r = 2; r', 2],
    ['var n = 1; n += 2; n *= 3; n', 9],
    ["(function(){ if ($.total > 100) { return 'big'; } return 'small'; })()", 'big'],
    ["(function(){ return 'x' }())", 'x'],
    ["(() => { return 'x'; })()", 'x'],
    ['(() => $.total + 1)();', 151],
    ["function e(){ if($.country == 'DE'){ return 'EU' } else { return 'ROW' } } e();", 'EU'],
    ['function e(){ if ($.flag) { var x = 1 } return x } e(); e()', null],
    ['function a(){ return 1 } function b(){ return a() + a() } b() + b()', 4],
    ['(function(){ return\n5 })()', null],
    ['(function(){ $.total })()', null],
    ['(function named(){ return 3 })()', 3],
    ["'use strict'; 1", 1],
    ["if ($.flag) { var x = 'a' } else { var x = 'b' } x", 'b'],
    ['(function(){ if ($.flag) { let r = 1; return r } else { let r = 2; return r } })()', 2],
    ['!function(){ return 1 }()', false],
  ])('%s', (source, value) => expect(outcome(source)).toEqual({ value }));
});

describe('left to the sandbox', () => {
  it.each([
    'Math.max(1, 2)',
    'JSON.stringify($)',
    '$.list.map(x => x)',
    'for (;;) {}',
    'while (true) {}',
    '/a/.test($.country)',
    "/'/.test($.country)",
    '`a${1}`',
    'new Date()',
    '$.a = 1',
    '$.list + ""',
    '$.map == $.map',
    '$.list == 1',
    '$.map > 1',
    '$.constructor',
    "$['__proto__']",
    '$.toString',
    '$.list.map',
    '$.country.concat',
    '$.total.toFixed',
    '$.list.includes($.map)',
    '"é".toUpperCase()',
    '1 & 2',
    '2 ** 3',
    '1, 2',
    '010',
    '1n',
    '1_000',
    '$?.a',
    'x = 1',
    'x; var x = 1',
    'var x = x || 1',
    'const c = 1; c = 2',
    'let x = 1; { let x = 2 }',
    'function f(){ return f() } f()',
    'f(); function f(){ return 1 }',
    'function f(){ return 1 } f',
    '(function(x){ return x })(1)',
    'this',
    'eval("1")',
    '({__proto__: $})',
    'switch ($.a) { case 1: 2 }',
    'try { 1 } catch (e) { 2 }',
    '1 || 2 ?? 3',
    'unknownName',
    'typeof unknownName',
    'a <!-- b',
  ])('%s', (source) => expect(outcome(source)).toBe('unsupported'));
});

describe('no JavaScript at all', () => {
  it.each(['$.a ==', '(1', "'open", '1)', '}', 'if (', 'return 1', '/* open', '[1, 2', '{ 1'])('%s', (source) =>
    expect(outcome(source)).toBe('syntax'),
  );
});

describe('errors of the script', () => {
  it('reads no member of null or undefined', () => {
    const compiled = compileScript('$.missing.x');
    expect(compiled.ok && runScript(compiled.script, { $: input })).toEqual({
      ok: false,
      error: { kind: 'thrown', message: "TypeError: Cannot read property 'x' of undefined" },
    });
  });

  it.each(['$.nothing.x', '$.missing[0]', '$.total.trim()', '$.map.includes(1)', '$.missing.trim()'])('%s', (source) =>
    expect(outcome(source)).toBe('thrown'),
  );
});

describe('bounds of scripts', () => {
  it('refuses 65,537 characters', () => {
    expect(outcome('1'.padEnd(65_535, ' '))).toEqual({ value: 1 });
    expect(outcome('1'.padEnd(65_536, ' '))).toEqual({ value: 1 });
    expect(outcome('1'.padEnd(65_537, ' '))).toBe('unsupported');
  });

  it('refuses 1,001 parts, and runs the deepest of 1,000', () => {
    const sum = (parts: number) => '1' + '+1'.repeat((parts - 1) / 2);
    expect(outcome(sum(999))).toEqual({ value: 500 });
    expect(outcome(`!${sum(999)}`)).toEqual({ value: 499 });
    expect(outcome(sum(1_001))).toBe('unsupported');
    expect(outcome('!' + sum(999) + '+!1')).toBe('unsupported');
  });

  it('refuses nesting deeper than 64', () => {
    const nested = (depth: number) => '('.repeat(depth) + '1' + ')'.repeat(depth);
    expect(outcome(nested(61))).toEqual({ value: 1 });
    expect(outcome(nested(62))).toEqual({ value: 1 });
    expect(outcome(nested(63))).toBe('unsupported');
    expect(outcome('('.repeat(60_000))).toBe('unsupported');
    expect(outcome('!'.repeat(60_000))).toBe('unsupported');
    expect(outcome('{'.repeat(60_000))).toBe('unsupported');
  });

  it('stops calls that double', () => {
    const names = Array.from({ length: 25 }, (_, index) => `f${index}`);
    const source = names.map(
      (name, index) => `function ${name}(){ return ${index ? `f${index - 1}() + f${index - 1}()` : '1'} }`,
    );
    expect(outcome(`${source.join('\n')}\nf24()`)).toBe('limit');
  });

  it('stops texts that double', () => {
    const doubling = 't += t;'.repeat(30);
    expect(outcome(`var t = 'x'; ${doubling} t.length`)).toBe('limit');
    expect(outcome(`var t = 'x'; ${'t += t;'.repeat(16)} t.length`)).toEqual({ value: 65_536 });
  });
});

describe('conditionHolds', () => {
  it.each([
    [true, true],
    [false, false],
    [1, true],
    [0.5, true],
    [0, false],
    [-1, false],
    ['true', false],
    [{}, false],
    [null, false],
  ])('%j: %s', (value, holds) => expect(conditionHolds(value)).toBe(holds));
});
