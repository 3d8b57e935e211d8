import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readConfig } from './config.js';
import { keyFromFile, keyFromText, secretCipher } from './secret-cipher.js';
import { valueSettings } from './value-settings.js';

const key = randomBytes(32);

describe('B3 a sealed secret', () => {
  const cipher = secretCipher(key);

  it.each(['', 'x', 'ä "quoted" 😀', 'long'.repeat(10_000)])('opens again: %.20j', (text) => {
    const sealed = cipher.seal('NAME', text);
    expect(secretCipher(key).open('NAME', sealed)).toBe(text);
    if (text.length > 2) expect(sealed).not.toContain(text);
  });

  it('is another text each time', () => {
    expect(cipher.seal('NAME', 'x')).not.toBe(cipher.seal('NAME', 'x'));
  });

  it('does not open under another name, with another key, or changed', () => {
    const sealed = cipher.seal('NAME', 'hidden');
    const parts = sealed.split(':');
    const changed = [...parts.slice(0, 4), Buffer.from('hidDen').toString('base64url')].join(':');
    const cut = [...parts.slice(0, 3), parts[3]?.slice(0, 6), parts[4]].join(':');
    expect(() => cipher.open('OTHER', sealed)).toThrow(/authenticate|sealed|nonce|vector|tag/i);
    expect(() => secretCipher(randomBytes(32)).open('NAME', sealed)).toThrow('another key');
    for (const text of [changed, cut, '', 'v1:x', 'v2:a:b:c:d', sealed.replace('v1', 'v9')])
      expect(() => cipher.open('NAME', text)).toThrow(/authenticate|sealed|nonce|vector|tag/i);
  });
});

describe('the key', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dacapo-key-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('comes from base64 of 32 bytes and nothing else', () => {
    expect(keyFromText(key.toString('base64'))).toEqual(key);
    for (const text of ['', 'short', randomBytes(16).toString('base64'), randomBytes(33).toString('base64')])
      expect(() => keyFromText(text)).toThrow('32 bytes');
    expect(() => secretCipher(randomBytes(16))).toThrow('32 bytes');
  });

  it('is made in the data directory once, for its owner only', async () => {
    const inner = join(directory, 'data');
    const made = keyFromFile(inner);
    expect(made).toHaveLength(32);
    expect(keyFromFile(inner)).toEqual(made);
    const path = join(inner, 'secrets.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    keyFromFile(inner);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('in a file that holds something else is refused', async () => {
    await writeFile(join(directory, 'secrets.key'), 'nonsense');
    expect(() => keyFromFile(directory)).toThrow('does not hold a key');
  });

  it('may be missing: then nothing can be kept', () => {
    expect(valueSettings(readConfig({}, {}), undefined, {}).secrets).not.toHaveProperty('cipher');
    expect(valueSettings(readConfig({}, {}), directory, {}).secrets).toHaveProperty('cipher');
    const env = { DACAPO_SECRETS_KEY: key.toString('base64') };
    const sealed = secretCipher(key).seal('A', 'x');
    expect(valueSettings(readConfig({}, env), undefined, {}).secrets.cipher?.open('A', sealed)).toBe('x');
  });
});

it('values are taken from the variables that Conductor names, and from no other', () => {
  const variables = {
    CONDUCTOR_ENV_REGION: 'north',
    CONDUCTOR_SECRET_KEY: 's',
    CONDUCTOR_ENV_: 'none',
    PATH: '/bin',
    HOME: '/root',
  };
  expect(valueSettings(readConfig({}, { DACAPO_ENVIRONMENT_NAMES: 'A,B' }), undefined, variables)).toEqual({
    environment: { REGION: 'north' },
    environmentNames: ['A', 'B'],
    secrets: { base: { KEY: 's' } },
  });
});
