import { ExpressionError } from '../expression-error.js';
import { EXPRESSION_NESTING_MAX } from '../limits.js';

export type Quote = '' | "'" | '"';

/** A piece of a text: as it stands, or `${...}` with its own pieces inside. */
export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'expression';
      /** What stands between the braces. */
      readonly source: string;
      readonly parts: readonly Part[];
      /** The quotes of the surrounding path in which it stands: `a['${b}']`. */
      readonly quote: Quote;
    };

/** A `${` that waits for its brace; the bottom one is the text itself. */
interface Frame {
  readonly parts: Part[];
  readonly openedAt: number;
  readonly outerQuote: Quote;
  literalStart: number;
  braces: number;
  brackets: number;
  quote: Quote;
}

/**
 * Splits a text in one pass, whatever it holds. Quotes count inside brackets only (`[?(@.n == '{')]`), an unclosed `${`
 * is text, and what is complete within it is an expression nevertheless. `$${` is the text `${`.
 */
export function splitText(text: string): readonly Part[] {
  const frames: Frame[] = [newFrame(0, '')];
  let at = 0;
  while (at < text.length) {
    const frame = top(frames);
    if (frames.length === 1) {
      at = text.indexOf('${', at);
      if (at < 0) break;
    } else at = afterPlain(text, at);
    if (at >= text.length) break;
    if (text[at] === '$' && text[at + 1] === '{') at = open(text, at, frames);
    else if (closes(text, at, frame)) at = close(text, at, frames);
    else at += advance(text, at, frame);
  }
  return unclosed(text, frames);
}

const plain = /[^${}[\]'"\\]+/y;

/** Passes over characters without a meaning at once. */
function afterPlain(text: string, at: number): number {
  plain.lastIndex = at;
  return at + (plain.exec(text)?.[0].length ?? 0);
}

function newFrame(literalStart: number, outerQuote: Quote): Frame {
  const openedAt = literalStart;
  return { parts: [], openedAt, outerQuote, literalStart, braces: 0, brackets: 0, quote: '' };
}

function top(frames: readonly Frame[]): Frame {
  const frame = frames.at(-1);
  if (!frame) throw new RangeError('a text without a frame');
  return frame;
}

function open(text: string, at: number, frames: Frame[]): number {
  const frame = top(frames);
  if (at > frame.literalStart && text[at - 1] === '$') {
    flush(text, at - 1, frame);
    frame.literalStart = at;
    if (frame.quote === '') frame.braces++;
    return at + 2;
  }
  flush(text, at, frame);
  if (frames.length > EXPRESSION_NESTING_MAX) {
    throw new ExpressionError(
      'EXPRESSION_TOO_DEEP',
      `Expressions are nested deeper than ${EXPRESSION_NESTING_MAX}. Set a variable in between.`,
    );
  }
  frames.push(newFrame(at + 2, frame.quote));
  return at + 2;
}

function closes(text: string, at: number, frame: Frame): boolean {
  return text[at] === '}' && frame.quote === '' && frame.braces === 0;
}

function close(text: string, at: number, frames: Frame[]): number {
  const frame = top(frames);
  flush(text, at, frame);
  frames.pop();
  const outer = top(frames);
  const source = text.slice(frame.openedAt, at);
  outer.parts.push({ kind: 'expression', source, parts: frame.parts, quote: frame.outerQuote });
  outer.literalStart = at + 1;
  return at + 1;
}

function advance(text: string, at: number, frame: Frame): number {
  const char = text[at];
  if (frame.quote !== '') {
    if (char === '\\') return 2;
    if (char === frame.quote) frame.quote = '';
  } else if (char === '{') frame.braces++;
  else if (char === '}') frame.braces--;
  else if (char === '[') frame.brackets++;
  else if (char === ']') frame.brackets--;
  else if ((char === "'" || char === '"') && frame.brackets > 0) frame.quote = char;
  return 1;
}

function flush(text: string, end: number, frame: Frame): void {
  if (end > frame.literalStart) frame.parts.push({ kind: 'literal', text: text.slice(frame.literalStart, end) });
}

function unclosed(text: string, frames: readonly Frame[]): readonly Part[] {
  const [bottom, ...open] = frames;
  if (!bottom) return [];
  const innermost = top(frames);
  flush(text, text.length, innermost);
  for (const frame of open) {
    bottom.parts.push({ kind: 'literal', text: '${' });
    for (const part of frame.parts) bottom.parts.push(part);
  }
  return bottom.parts;
}
