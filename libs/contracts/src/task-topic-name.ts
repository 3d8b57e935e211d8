/**
 * The topic of a task type, and of a type in a domain: `tasks.<type>`, `tasks.<type>..<domain>`. No two of them share a topic, and no two of
 * them have names that Kafka refuses beside each other because they differ only in `.` and `_`. Ordinary names stay as they are.
 */
import type { Hash } from './envelope.js';
import { hexOf } from './ids.js';

/** Kafka's bound on a topic's name. */
const topicCharacters = 249;
const digestDigits = 40;

/** `prefix` with its dot. */
export function taskTopicName(prefix: string, taskType: string, domain: string | undefined, hash: Hash): string {
  const full = `${prefix}tasks.${escape(taskType)}${domain === undefined ? '' : `..${escape(domain)}`}`;
  if (full.length <= topicCharacters) return full;
  // Too long: its beginning for the eye, the digest of the whole for the difference. `-y` stands in no other name.
  return `${full.slice(0, topicCharacters - digestDigits - 2)}-y${hexOf(hash(full), digestDigits)}`;
}

/**
 * Kept: letters, digits, `-`, and a single `_` inside of a name. All else becomes `-x` and hexadecimal digits; so does a `-` in
 * front of an `x` or `y`, which would look like one of our marks. A `.` goes too: `a.b` and `a_b` cannot be topics beside each other.
 */
function escape(name: string): string {
  let out = '';
  for (let i = 0; i < name.length; i++) {
    const character = name.charAt(i);
    const next = name.charAt(i + 1);
    if (/[a-zA-Z0-9]/.test(character)) out += character;
    else if (character === '-' && next !== 'x' && next !== 'y') out += character;
    else if (character === '_' && i > 0 && next !== '' && next !== '_') out += character;
    else out += bytesOf(name.charCodeAt(i));
  }
  return out;
}

/** Bytes of ASCII have two digits; other UTF-16 code units (lone surrogates too) `ff`, which no byte of ASCII is, and four. */
function bytesOf(code: number): string {
  return code < 0x80 ? `-x${code.toString(16).padStart(2, '0')}` : `-xff${code.toString(16).padStart(4, '0')}`;
}
