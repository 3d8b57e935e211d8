/**
 * The query of `GET /search` (contract 9): `field = 'value'` and `field IN (a, b)`, joined by AND. A fault is answered with its place;
 * nothing that was not understood is ever left out in silence.
 */
import type { WorkflowField, WorkflowQuery, WorkflowSortField } from '@dacapo/ports';

import { invalid } from '../errors/request-error.js';
import { flagOf, integerOf, type QueryValues, textOf } from '../http/query.js';
import { limits } from '../limits.js';

const fields: readonly WorkflowField[] = [
  'workflowType',
  'workflowId',
  'status',
  'version',
  'correlationId',
  'parentWorkflowId',
];
const sortFields: readonly WorkflowSortField[] = [
  'startTime',
  'updateTime',
  'endTime',
  'workflowId',
  'workflowType',
  'status',
];

type Condition = WorkflowQuery['conditions'][number];

export function searchQueryOf(query: QueryValues): WorkflowQuery {
  const message = `Cannot return more than ${limits.searchSize} workflows. Please use pagination.`;
  const freeText = textOf(query, 'freeText') ?? '*';
  if (freeText !== '*' && freeText !== '')
    throw invalid(
      `freeText must be '*' or empty, not '${freeText.slice(0, limits.quotedCharacters)}': search by fields in query`,
    );
  // The read models cannot say "none" of a field: refused rather than answered wrongly.
  if (flagOf(query, 'topLevelOnly', false)) throw invalid('topLevelOnly is not supported');
  return {
    conditions: parseConditions(textOf(query, 'query') ?? ''),
    sort: parseSort(textOf(query, 'sort') ?? ''),
    start: integerOf(query, 'start', { min: 0 }) ?? 0,
    size: sizeOf(query, message),
  };
}

function sizeOf(query: QueryValues, message: string): number {
  const size = integerOf(query, 'size', { max: limits.searchSize, message }) ?? 100;
  if (size < 0) throw invalid(`size must be at least 0, not ${size}`);
  return size;
}

export function parseConditions(text: string): readonly Condition[] {
  if (text.length > limits.queryCharacters)
    throw invalid(`query must not be longer than ${limits.queryCharacters} characters`);
  if (text.trim() === '') return [];
  const reader = new QueryReader(text);
  const conditions = [reader.condition()];
  while (!reader.isAtEnd) {
    reader.keyword('AND');
    conditions.push(reader.condition());
  }
  const count = conditions.reduce((sum, { values }) => sum + values.length, 0);
  if (count > limits.queryValues) throw invalid(`query must not have more than ${limits.queryValues} values`);
  return conditions;
}

/** `field:ASC` or `field:DESC`, several separated by a pipe. */
export function parseSort(text: string): WorkflowQuery['sort'] {
  if (text.trim() === '') return [];
  return text.split('|').map((part) => {
    const [name = '', order = 'ASC', ...rest] = part.split(':').map((each) => each.trim());
    const field = sortFields.find((each) => each === name);
    const direction = order.toUpperCase();
    if (field === undefined || rest.length > 0 || (direction !== 'ASC' && direction !== 'DESC'))
      throw invalid(
        `sort must be field:ASC or field:DESC with one of ${sortFields.join(', ')}, not '${part.slice(0, 100)}'`,
      );
    return { field, descending: direction === 'DESC' };
  });
}

type Token = { readonly text: string; readonly at: number; readonly kind: 'word' | 'quoted' | 'sign' };

class QueryReader {
  private readonly tokens: readonly Token[];
  private next = 0;

  constructor(private readonly text: string) {
    this.tokens = tokensOf(text);
  }

  get isAtEnd(): boolean {
    return this.next >= this.tokens.length;
  }

  condition(): Condition {
    const field = this.field();
    const operator = this.take('an operator');
    if (operator.kind === 'sign' && operator.text === '=') return { field, values: [this.value(field)] };
    if (operator.kind === 'word' && operator.text.toUpperCase() === 'IN') return { field, values: this.values(field) };
    throw this.fault(`Expected = or IN after ${field}`, operator);
  }

  keyword(word: string): void {
    const token = this.take(word);
    if (token.kind !== 'word' || token.text.toUpperCase() !== word) throw this.fault(`Expected ${word}`, token);
  }

  private field(): WorkflowField {
    const token = this.take('a field');
    const field = token.kind === 'word' ? fields.find((each) => each === token.text) : undefined;
    if (field === undefined) throw this.fault(`Unknown field (known: ${fields.join(', ')})`, token);
    return field;
  }

  private values(field: WorkflowField): readonly string[] {
    this.sign('(');
    const values = [this.value(field)];
    for (;;) {
      const token = this.take(', or )');
      if (token.kind === 'sign' && token.text === ')') return values;
      if (token.kind !== 'sign' || token.text !== ',') throw this.fault('Expected , or )', token);
      values.push(this.value(field));
    }
  }

  private value(field: WorkflowField): string {
    const token = this.take('a value');
    if (token.kind === 'sign') throw this.fault('Expected a value', token);
    if (token.text.includes('*')) throw this.fault('Wildcards are not supported', token);
    if (field === 'parentWorkflowId' && token.text === '')
      throw this.fault('parentWorkflowId must not be empty', token);
    if (field === 'version' && !/^\d{1,15}$/.test(token.text))
      throw this.fault('version must be a whole number', token);
    return token.text;
  }

  private sign(text: string): void {
    const token = this.take(text);
    if (token.kind !== 'sign' || token.text !== text) throw this.fault(`Expected ${text}`, token);
  }

  private take(wanted: string): Token {
    const token = this.tokens[this.next++];
    if (token === undefined) throw invalid(`query ends at character ${this.text.length + 1}: expected ${wanted}`);
    return token;
  }

  private fault(message: string, { text, at }: Token): Error {
    return invalid(`${message}, found '${text.slice(0, 100)}' at character ${at + 1} of query`);
  }
}

/** White space, quoted texts, signs, words: each character belongs to exactly one, so the time is linear. */
const token = /\s+|'([^']*)'|"([^"]*)"|([=(),<>!])|([^\s'"=(),<>!]+)/y;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const match = token.exec(text);
    if (match === null) throw invalid(`Unclosed quote at character ${at + 1} of query`);
    const [, single, double, sign, word] = match;
    if (single !== undefined || double !== undefined) tokens.push({ kind: 'quoted', text: single ?? double ?? '', at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
  }
  return tokens;
}
