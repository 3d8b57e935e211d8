/**
 * Ids that the engine makes are derived, so that two owners who decide the same command make the same ids. They keep the
 * 48 time bits of the workflow's id in front (UUID version 8): random keys cost a B-tree a fifth of the throughput.
 */
import type { Hash } from './envelope.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const digits = '0123456789abcdef';

/** A UUID (version 8) from the parts; the same parts give the same id. `parts` never contain an epoch. */
export function deriveId(hash: Hash, workflowId: string, ...parts: readonly (string | number)[]): string {
  const hex = hexOf(hash(`${workflowId}\n${parts.join('\n')}`));
  const time = uuid.test(workflowId) ? workflowId.slice(0, 13) : `${hex.slice(18, 26)}-${hex.slice(26, 30)}`;
  const variant = digits[8 + (digits.indexOf(hex[3] ?? '0') & 3)];
  return `${time}-8${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`;
}

/** The first hexadecimal digits of a base64url digest. */
export function hexOf(digest: string, count = 32): string {
  let out = '';
  for (let i = 0; i + 1 < digest.length && out.length < count; i += 2) {
    const bits = (sextet(digest.charCodeAt(i)) << 6) | sextet(digest.charCodeAt(i + 1));
    out += `${digits[(bits >> 8) & 15]}${digits[(bits >> 4) & 15]}${digits[bits & 15]}`;
  }
  return out.slice(0, count);
}

function sextet(code: number): number {
  if (code >= 97) return code - 71; // a-z
  if (code >= 65) return code === 95 ? 63 : code - 65; // A-Z, _
  return code === 45 ? 62 : code + 4; // -, 0-9
}
