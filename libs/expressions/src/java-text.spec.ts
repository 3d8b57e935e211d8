import { javaText, switchText } from './index.js';

describe('javaText', () => {
  it.each([
    [null, 'null'],
    [undefined, 'null'],
    ['x', 'x'],
    [true, 'true'],
    [5, '5'],
    [-0, '0'],
    [1.5, '1.5'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [12345678.9, '1.23456789E7'],
    [1234567.5, '1234567.5'],
    [1e18, '1000000000000000000'],
    [1e21, '1.0E21'],
    [{}, '{}'],
    [[], '[]'],
    [{ a: 1, b: [true, null, { c: 'x' }] }, '{a=1, b=[true, null, {c=x}]}'],
  ])('%j is %s', (value, text) => expect(javaText(value)).toBe(text));
});

describe('switchText', () => {
  it.each([
    [null, 'null'],
    [true, 'true'],
    [5, '5'],
    [5.5, '5.5'],
    ['DE', 'DE'],
  ])('%j is %s', (value, text) => expect(switchText(value)).toBe(text));

  it('keeps the JSON form of a parameter', () => {
    expect(switchText(12345678.9, 'value-param')).toBe('12345678.9');
    expect(switchText(12345678.9, 'script')).toBe('1.23456789E7');
  });
});
