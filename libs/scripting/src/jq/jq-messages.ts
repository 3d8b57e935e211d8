/** Texts of queries that fail. They go into outputs of tasks, so that they stay the same from release to release. */
import { limits } from '../limits.js';
import type { JqAnswer } from '../protocol.js';
import type { Asked } from '../thread-pool.js';

export const jqQueryTextMessage = 'The query is not valid Unicode, or has a NUL in it';
export const jqQuerySizeMessage = `The query is larger than ${limits.jqQueryBytes} bytes. Split it over two tasks.`;
/** The same words as the runtime's for a script. */
export const jqOffMessage = 'Scripts are switched off';
export const jqStartMessage = 'Query not evaluated: jq could not be started.';
export const jqInputSizeMessage = `The input of the query is larger than ${limits.inputBytes} bytes. Hand in less.`;

export function jqForbiddenMessage(word: string): string {
  return `The query uses ${word}, which is not available here`;
}

export function jqRefusalMessage({ why }: Extract<Asked<JqAnswer>, { ok: false }>, deadlineMs: number): string {
  switch (why) {
    case 'late':
      return `Query not evaluated within ${deadlineMs} ms, interrupted.`;
    case 'busy':
      return 'Query not evaluated: too many queries wait.';
    case 'closed':
      return 'Query not evaluated: the server stops.';
    case 'died':
      return 'Query not evaluated: jq failed.';
    default:
      return why satisfies never;
  }
}

export function jqFaultMessage(answer: Extract<JqAnswer, { ok: false }>): string {
  switch (answer.fault) {
    case 'query':
      return jqErrorText(answer.message);
    case 'memory':
      return `Query needs more than ${(limits.jqMemoryPages * 65_536) / 1_048_576} MB of memory, interrupted.`;
    case 'stack':
      return 'Query is nested or chained too deeply, interrupted.';
    case 'size':
      return `The results of the query are larger than ${limits.jqResultBytes} bytes. Return less.`;
    case 'depth':
      return `The results of the query are nested more than ${limits.resultDepth} levels deep`;
    case 'key':
      return 'The results of the query contain the forbidden key __proto__';
    default:
      return answer satisfies never;
  }
}

/** What jq says, without its name, the file it believes to read, and the program that it quotes. */
export function jqErrorText(stderr: string): string {
  const text = stderr.slice(Math.max(0, stderr.lastIndexOf('jq: error'))).slice(0, limits.errorCharacters);
  const atRun = /^jq: error \(at [^)\n]*\)(?: \(not a string\))?: ([^]*)$/.exec(text)?.[1];
  if (atRun !== undefined) return atRun;
  const atCompile = /^jq: error: ([^\n]*)/.exec(stderr)?.[1];
  return atCompile?.replace(' (Unix shell quoting issues?)', '').replace(/:$/, '') ?? text;
}
