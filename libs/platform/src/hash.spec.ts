import { createHash } from 'node:crypto';

import { sha256 } from './hash.js';

describe('sha256', () => {
  it.each(['', 'abc', 'Übung 🎼', 'x'.repeat(100_000)])('is the one that everybody has, in 43 characters', (text) => {
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('base64url'));
    expect(sha256(text)).toHaveLength(43);
  });
});
