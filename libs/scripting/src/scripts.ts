/** What a process needs for programs of users: both kinds, or word that they are switched off. */
import type { JsonObject } from '@dacapo/contracts';
import type { ScriptSandbox } from '@dacapo/ports';

import type { JqOutcome } from './jq/jq-pool.js';
import { jqOffMessage } from './jq/jq-messages.js';
import { LazyJq, type LazyOptions, LazySandbox } from './lazy.js';

export interface Scripts {
  /** Absent: switched off. */
  readonly sandbox?: ScriptSandbox;
  readonly jq: { transform(query: string, input: JsonObject): Promise<JqOutcome> };
  /** After the journal: a program that is cut off has an outcome, which must not be recorded. */
  close(): Promise<void>;
}

/** Nothing is started before the first program comes. */
export function openScripts(setting: 'on' | 'off', options: LazyOptions = {}): Scripts {
  if (setting === 'off') {
    // A query that nobody takes would wait for ever.
    return {
      jq: { transform: () => Promise.resolve({ ok: false, message: jqOffMessage }) },
      close: () => Promise.resolve(),
    };
  }
  const sandbox = new LazySandbox(options);
  const jq = new LazyJq(options);
  return { sandbox, jq, close: async () => void (await Promise.all([sandbox.close(), jq.close()])) };
}
