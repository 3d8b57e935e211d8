import type { JsonObject } from '@dacapo/contracts';

/** What users put into payloads and stores like to spoil. Lone surrogates stand in values and in keys. */
export const oddValues: JsonObject = {
  $set: { 'a.b': 1, $inc: 2 },
  'with.dots.': '$dollar',
  '': 'empty key',
  'nul\u0000key': 'nul\u0000value',
  lone: '\ud800 and \udfff',
  '\udc00': 'lone key',
  four: '\u{1F600}\u{10FFFF}',
  lines: 'a\nb\r\nc\u2028d\u2029e',
  quotes: '"\\\'`',
  _bsontype: 'ObjectID',
  constructor: 'text',
  deep: [[[{ x: [] }]], {}, null, true, 1e300, -0.5, 9007199254740991],
};
