// oxlint-disable no-restricted-globals -- Date is the oracle here.
import fc from 'fast-check';
import { parseDuration, parseUntil } from './index.js';

describe('parseDuration', () => {
  it.each([
    ['2 days 3 hours 4 minutes 5 seconds', 183_845_000],
    ['2d3h4m5s', 183_845_000],
    ['1 day', 86_400_000],
    ['2 hrs', 7_200_000],
    ['2HR 1 Min', 7_260_000],
    ['90 secs', 90_000],
    ['10 sec', 10_000],
    [' 5 mins ', 300_000],
    ['0s', 0],
    ['2147483647s', 2_147_483_647_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    '',
    '  ',
    '5',
    'x',
    '5 weeks',
    '5s 4m',
    '1h 1h',
    '-5s',
    '1.5h',
    '2147483648s',
    '5 s x',
    's',
    '9'.repeat(300) + 's',
  ])('%s cannot be read', (text) => expect(parseDuration(text)).toBeNull());
});

describe('parseUntil', () => {
  it.each([
    ['2024-05-01', '2024-05-01T00:00Z'],
    ['2024-05-01 09:30', '2024-05-01T09:30Z'],
    ['2024-2-29 9:05', '2024-02-29T09:05Z'],
    ['2024-05-01 09:30 UTC', '2024-05-01T09:30Z'],
    ['2024-05-01 09:30 Z', '2024-05-01T09:30Z'],
    ['2024-05-01 09:30 GMT', '2024-05-01T09:30Z'],
    ['2024-05-01 09:30 GMT+2', '2024-05-01T09:30+02:00'],
    ['2024-05-01 09:30 GMT+02:00', '2024-05-01T09:30+02:00'],
    ['2024-05-01 09:30 UTC-5', '2024-05-01T09:30-05:00'],
    ['2024-05-01 09:30 +0530', '2024-05-01T09:30+05:30'],
    ['2024-05-01 09:30 PST', '2024-05-01T09:30-08:00'],
    ['2024-05-01 09:30 CEST', '2024-05-01T09:30+02:00'],
    ['2024-05-01 09:30 IST', '2024-05-01T09:30+05:30'],
    ['2024-05-01 09:30 JST', '2024-05-01T09:30+09:00'],
    ['1969-12-31 23:59', '1969-12-31T23:59Z'],
  ])('%s', (text, iso) => expect(parseUntil(text)).toBe(Date.parse(iso)));

  it.each([
    '',
    'tomorrow',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-05-01 24:00',
    '2024-05-01 09:60',
    '2024-05-01T09:30',
    '2024-05-01 09:30 Mars',
    '2024-05-01 09:30 GMT+19',
    '24-05-01',
    '2024-05-01 UTC',
  ])('%s cannot be read', (text) => expect(parseUntil(text)).toBeNull());

  it('agrees with the calendar of Date on every day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
        const iso = new Date(seconds * 1000).toISOString();
        return parseUntil(iso.slice(0, 16).replace('T', ' ')) === Date.parse(`${iso.slice(0, 16)}Z`);
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});
