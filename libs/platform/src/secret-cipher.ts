/** Secrets at rest: AES-256-GCM. The record names its key, so that one that does not fit is told from one that was changed. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SecretCipher } from '@dacapo/ports';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;

/** `v1:<key id>:<nonce>:<tag>:<text>`, base64url. */
export function secretCipher(key: Buffer): SecretCipher {
  if (key.length !== keyBytes) throw new Error(`The key of the secrets must have ${keyBytes} bytes, not ${key.length}`);
  const keyId = createHash('sha256').update('dacapo.secrets').update(key).digest('base64url').slice(0, 8);
  return {
    seal: (name, text) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return ['v1', keyId, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join(':');
    },
    open: (name, sealed) => {
      const [version, usedKey, ...parts] = sealed.split(':');
      if (version !== 'v1' || parts.length !== 3) throw new Error('not a sealed secret');
      if (usedKey !== keyId) throw new Error('sealed with another key');
      const [nonce, tag, text] = parts.map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer];
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    },
  };
}

/** A key from the settings: base64 of 32 bytes. */
export function keyFromText(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length === keyBytes) return key;
  throw new Error(`DACAPO_SECRETS_KEY must be ${keyBytes} bytes in base64 (openssl rand -base64 32)`);
}

/** The key in the data directory, made when there is none; only its owner may read it. */
export function keyFromFile(directory: string): Buffer {
  const path = join(directory, 'secrets.key');
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true });
    // `wx`: of two processes that start at once one makes it, the other fails and is started again.
    writeFileSync(path, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  }
  chmodSync(path, 0o600);
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length === keyBytes) return key;
  throw new Error(`${path} does not hold a key of ${keyBytes} bytes in base64`);
}
