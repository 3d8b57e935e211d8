import { createHash } from 'node:crypto';

/** The hash of production. The pure libraries get it handed in; only tests make it here. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
