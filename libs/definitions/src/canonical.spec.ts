import { canonicalJson } from './canonical.js';

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: [3, 1, 2] }, '{"a":[3,1,2],"b":1}'],
    [{ b: 1, 2: 1, 10: 1 }, '{"10":1,"2":1,"b":1}'],
    [{ '\u{1f600}': 1, '\uffff': 2 }, '{"\u{1f600}":1,"\uffff":2}'],
    [{ Z: 1, a: 2, é: 3 }, '{"Z":1,"a":2,"é":3}'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [{ a: -0, b: NaN, c: 1e21, d: '"\n\ud800' }, '{"a":0,"b":null,"c":1e+21,"d":"\\"\\n\\ud800"}'],
    [JSON.parse('{"constructor":1,"__proto__":2}'), '{"__proto__":2,"constructor":1}'],
    [undefined, 'null'],
    [null, 'null'],
    [[], '[]'],
  ])('%# writes the one text', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('does not depend on the order of insertion', () => {
    expect(canonicalJson({ a: { c: 1, d: 2 }, b: 0 })).toBe(canonicalJson({ b: 0, a: { d: 2, c: 1 } }));
  });
});
