import fc from 'fast-check';

import { readJson } from './read-json.js';

const read = (text: string): unknown => readJson(Buffer.from(text));

describe('readJson', () => {
  it('agrees with JSON.parse on whatever JSON.stringify writes, or refuses', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        try {
          expect(read(text)).toEqual(JSON.parse(text));
        } catch (error) {
          expect(text).toMatch(/e|\d{16}|__proto__/);
          expect(error).toMatchObject({ code: 'REQUEST_INVALID' });
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('never throws anything else on garbage', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (value) => {
          try {
            readJson(Buffer.from(value as string));
          } catch (error) {
            expect(error).toMatchObject({ code: 'REQUEST_INVALID' });
          }
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });

  it.each([
    '0.1',
    '1e3',
    '-1.5E-7',
    '1267650600228229401496703205376',
    '1e22',
    '9007199254740991',
    '-9007199254740991',
    '0.30000000000000004',
    '0',
  ])('keeps the number %s', (text) => {
    expect(read(`[${text}]`)).toEqual([Number(text)]);
  });

  it.each(['9007199254740993', '-9007199254740993', '1e400', '-1e400', '0.1234567890123456789', '-0', '7'.repeat(500)])(
    'refuses the number %s',
    (text) => {
      expect(() => read(`[${text}]`)).toThrow('cannot be kept exactly');
    },
  );

  it('does not look for numbers or brackets inside texts', () => {
    const text = `{"a":"${'['.repeat(200)}9007199254740993\\\\","\\"":1}`;
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it('leaves a constructor that is no prototype in peace', () => {
    expect(read('{"constructor":"x","a":{"constructor":{"b":1}}}')).toEqual({
      constructor: 'x',
      a: { constructor: { b: 1 } },
    });
  });

  it('names the place, and never quotes the body', () => {
    expect(() => read('{"secret": tru}')).toThrow(
      /^The body is not valid JSON: unexpected character (at position \d+|or end within 15 characters)$/,
    );
  });
});
