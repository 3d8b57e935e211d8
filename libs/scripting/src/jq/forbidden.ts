/**
 * What a jq query must not reach for: the environment, other inputs, modules. jq has no switch for it, so that its words are
 * looked for, as jq's own lexer sees them: not in texts, comments, fields and keys, but in what a text interpolates.
 */
const forbidden = new Set(
  'import include modulemeta get_search_list input inputs input_filename input_line_number env'.split(' '),
);

/** The lexer's state: open brackets, `"` for a text that an interpolation stands in. */
interface Lexer {
  readonly query: string;
  readonly open: string[];
  at: number;
  /** The last symbol, to tell a key from a call. */
  last: string;
}

const blank = /[ \t\n]+/y;
const comment = /#[^\n]*/y;
const name = /[A-Za-z_][A-Za-z_0-9]*(?:::[A-Za-z_][A-Za-z_0-9]*)*/y;
const field = /\.[A-Za-z_][A-Za-z_0-9]*/y;
const number = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const format = /@[A-Za-z0-9_]+/y;
const keyEnd = /[ \t\n]*(?::(?!:)|,|\})/y;

/** Line ends as jq's lexer is sure to read them, and as `forbiddenWord` does. */
export function withPlainLines(query: string): string {
  return query.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

/** The first forbidden word of a query with plain lines. */
export function forbiddenWord(query: string): string | undefined {
  const lexer: Lexer = { query, open: [], at: 0, last: '' };
  while (lexer.at < query.length) {
    const found = step(lexer);
    if (found !== undefined) return found;
  }
  return undefined;
}

function step(lexer: Lexer): string | undefined {
  if (take(lexer, blank) !== undefined) return undefined;
  const note = take(lexer, comment);
  if (note !== undefined) {
    // Newer editions of jq go on with the comment in the next line.
    return note.endsWith('\\') ? 'a comment that ends with \\' : undefined;
  }
  // `..` before fields: `..env` is `..` and `env`.
  if (lexer.query.startsWith('..', lexer.at)) lexer.at += 2;
  else if (take(lexer, field) === undefined && take(lexer, number) === undefined && take(lexer, format) === undefined) {
    const word = take(lexer, name);
    if (word !== undefined) return refused(lexer, word);
    symbol(lexer);
    return undefined;
  }
  lexer.last = '';
  return undefined;
}

function refused(lexer: Lexer, word: string): string | undefined {
  const { last } = lexer;
  lexer.last = '';
  if (last === '$') return word === 'ENV' || word === '__prog_args' ? `$${word}` : undefined;
  if (!word.split('::').some((part) => forbidden.has(part))) return undefined;
  const isKey = lexer.open.at(-1) === '{' && (last === '{' || last === ',') && matches(lexer, keyEnd);
  return isKey ? undefined : word;
}

function symbol(lexer: Lexer): void {
  const char = lexer.query[lexer.at++] ?? '';
  lexer.last = char;
  if (char === '"') skipText(lexer);
  else if ('([{'.includes(char)) lexer.open.push(char);
  else if (')]}'.includes(char) && lexer.open.pop() === '"') skipText(lexer);
}

/** Up to the end of the text, or into its next interpolation. */
function skipText(lexer: Lexer): void {
  for (;;) {
    const char = lexer.query[lexer.at++];
    if (char === undefined || char === '"') return;
    if (char !== '\\') continue;
    if (lexer.query[lexer.at++] !== '(') continue;
    lexer.open.push('"');
    return;
  }
}

function take(lexer: Lexer, pattern: RegExp): string | undefined {
  pattern.lastIndex = lexer.at;
  const found = pattern.exec(lexer.query)?.[0];
  lexer.at += found?.length ?? 0;
  return found;
}

function matches({ query, at }: Lexer, pattern: RegExp): boolean {
  pattern.lastIndex = at;
  return pattern.test(query);
}
