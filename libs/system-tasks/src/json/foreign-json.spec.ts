import fc from 'fast-check';

import { limits } from '../limits.js';
import { parseForeignJson } from './foreign-json.js';

describe('parseForeignJson', () => {
  it('reads what JSON.parse reads, when there is nothing odd in it', () => {
    const odd = /_proto_|\\u|\d{16}/;
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!odd.test(text));
        expect(parseForeignJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it.each([
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['{"id":9007199254740991}', { id: 9_007_199_254_740_991 }],
    ['[-9007199254740993,12345678901234567890]', ['-9007199254740993', '12345678901234567890']],
    ['{"9007199254740993":"9007199254740993"}', { '9007199254740993': '9007199254740993' }],
    ['["\\"9007199254740993"]', ['"9007199254740993']],
    ['[1e300]', [1e300]],
    ['9007199254740993', 9_007_199_254_740_992],
  ])('keeps the digits of whole numbers: %s', (text, expected) => {
    expect(parseForeignJson(text)).toEqual(expected);
  });

  it.each(['', '{', 'hello', '[1,]', '{"a":}', "{'a':1}", '[12345678901234567 1]', '"', '"\\', '-', '[-]'])(
    'knows that %j is no JSON',
    (text) => {
      expect(parseForeignJson(text)).toBeUndefined();
    },
  );

  it('bounds the depth, counting no brackets in texts', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(parseForeignJson(nested(limits.jsonDepth))).toBeDefined();
    expect(parseForeignJson(nested(limits.jsonDepth + 1))).toBeUndefined();
    expect(parseForeignJson(`"${'['.repeat(1_000)}"`)).toBe('['.repeat(1_000));
  });

  it('removes prototypes at any depth, however they are spelt', () => {
    const value = parseForeignJson('{"a":[{"__proto__":{"x":1},"b":{"\\u005f_proto__":1}}]}');
    expect(JSON.stringify(value)).toBe('{"a":[{"b":{}}]}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
