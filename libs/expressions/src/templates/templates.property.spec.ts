import fc from 'fast-check';
import { ExpressionError, resolve, type Scope } from '../index.js';

const runs = { seed: 7, numRuns: 2_000 };
const pieces = fc.constantFrom(
  '${',
  '}',
  '$',
  '{',
  "'",
  '[',
  ']',
  '.',
  'a',
  'b',
  '*',
  '?',
  '(',
  '@',
  ')',
  '..',
  '"',
  '\\',
  ' ',
  '0',
);
const template = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));

describe('templates', () => {
  it('throw nothing but ExpressionError', () => {
    const scope: Scope = { root: () => ({ a: { b: [1, { a: 'x' }] }, b: '${a}' }) };
    fc.assert(
      fc.property(template, (text) => {
        try {
          resolve(text, scope);
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error;
        }
      }),
      runs,
    );
  });

  it('leave text without an expression alone', () => {
    fc.assert(
      fc.property(template, (text) => {
        fc.pre(!text.includes('${'));
        return resolve(text, { root: () => 'x' }) === text;
      }),
      runs,
    );
  });

  it('never evaluate a result again', () => {
    const asked: string[] = [];
    fc.assert(
      fc.property(fc.tuple(template, template), ([before, data]) => {
        const value = `${data}\${evil.x}`;
        const scope: Scope = {
          root: (name) => {
            asked.push(name);
            return name === 'safe' ? { x: value } : undefined;
          },
        };
        const literal = before.replaceAll('$', '');
        return (
          resolve('${safe.x}', scope) === value &&
          resolve(`${literal}\${safe.x}`, scope) === literal + value &&
          !asked.includes('evil')
        );
      }),
      runs,
    );
  });

  it('take a key in quotes as one key, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        const scope: Scope = {
          root: (name) => (name === 'k' ? { key } : new Map([['m', { [key]: 1, other: 2 }]]).get(name)),
        };
        fc.pre(key !== '__proto__');
        return resolve("${m['${k.key}']}", scope) === 1;
      }),
      runs,
    );
  });
});
