import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { taskTopicName } from './task-topic-name.js';

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const name = (type: string, domain?: string): string => taskTopicName('dacapo.', type, domain, hash);
/** Kafka refuses two topics whose names are equal after this. */
const collision = (topic: string): string => topic.replaceAll('.', '_');

// Few letters, so that near misses come up often.
const nasty = fc.string({
  unit: fc.constantFrom('a', 'x', 'y', '2', '-', '_', '.', '/', ' ', 'ä', '😀', '\ud800'),
  maxLength: 6,
});
const part = fc.oneof(
  nasty,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('a', '.'), minLength: 100, maxLength: 400 }),
);
const place = fc.record({ type: part, domain: fc.option(part, { nil: undefined }) });

describe('the topic of a task type', () => {
  it('keeps ordinary names as they are', () => {
    expect(name('charge_card')).toBe('dacapo.tasks.charge_card');
    expect(name('charge-card', 'eu-1')).toBe('dacapo.tasks.charge-card..eu-1');
  });

  it('tells a dot from a domain', () => {
    expect(new Set([name('a.b'), name('a', 'b'), name('a..b'), name('a_b'), name('a__b')]).size).toBe(5);
  });

  it('is one that Kafka takes, whatever the names are', () => {
    fc.assert(
      fc.property(place, ({ type, domain }) => {
        expect(name(type, domain)).toMatch(/^[a-zA-Z0-9._-]{1,249}$/);
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('is never shared, and never differs only in dots and underscores', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        fc.pre(a.type !== b.type || a.domain !== b.domain);
        expect(collision(name(a.type, a.domain))).not.toBe(collision(name(b.type, b.domain)));
      }),
      { seed: 7, numRuns: 5_000 },
    );
  });
});
