/** JSON from servers that nobody here controls: bounded depth, and nothing in it that turns into a prototype later (security C7). */
import { limits } from '../limits.js';

/** The value, or undefined when the text is no JSON or nested deeper than `limits.jsonDepth`. Keys `__proto__` are removed. */
export function parseForeignJson(text: string): unknown {
  if (!isShallow(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (text.includes('_proto_') || text.includes('\\u')) removeProto(value);
    return value;
  } catch {
    // A server may answer what it likes; then it is text.
    return undefined;
  }
}

function isShallow(text: string): boolean {
  let depth = 0;
  let isInside = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInside) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) isInside = false;
    } else if (code === 0x22) isInside = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > limits.jsonDepth) return false;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return true;
}

/** Recursion is bounded by the depth checked before. */
function removeProto(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const child of Object.values(value)) removeProto(child);
}
