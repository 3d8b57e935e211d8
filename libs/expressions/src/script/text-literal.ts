import { Refusal, unsupported } from './refusal.js';

interface TextRead {
  readonly value: string;
  readonly end: number;
}

const plainEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
  '\u2028': '',
  '\u2029': '',
};

/** The text literal that starts at `start`. */
export function readText(source: string, start: number): TextRead {
  const quote = source[start];
  let value = '';
  let at = start + 1;
  for (;;) {
    const char = source[at];
    if (char === quote) return { value, end: at + 1 };
    if (char === undefined || char === '\n' || char === '\r') throw new Refusal('syntax', 'a text is not closed');
    if (char === '\\') {
      const escape = readEscape(source, at + 1);
      value += escape.value;
      at = escape.end;
    } else {
      value += char;
      at++;
    }
  }
}

function readEscape(source: string, at: number): TextRead {
  const char = source[at];
  if (char === undefined) throw new Refusal('syntax', 'a text is not closed');
  if (Object.hasOwn(plainEscapes, char)) return { value: plainEscapes[char] ?? '', end: at + 1 };
  if (char === '\r') return { value: '', end: source[at + 1] === '\n' ? at + 2 : at + 1 };
  if (char === 'x') return readHex(/[0-9a-fA-F]{2}/y, source, at + 1);
  if (char === 'u') return readHex(/[0-9a-fA-F]{4}/y, source, at + 1);
  if (char === '0' && !/[0-9]/.test(source[at + 1] ?? '')) return { value: '\0', end: at + 1 };
  if (/[0-9]/.test(char)) throw unsupported('an octal escape');
  return { value: char, end: at + 1 };
}

/** `\u{...}` is left to the sandbox. */
function readHex(digits: RegExp, source: string, at: number): TextRead {
  digits.lastIndex = at;
  const found = digits.exec(source)?.[0];
  if (found === undefined) throw unsupported('this escape');
  return { value: String.fromCharCode(Number.parseInt(found, 16)), end: at + found.length };
}
