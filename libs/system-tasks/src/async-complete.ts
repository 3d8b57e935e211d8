import type { JsonObject } from '@dacapo/contracts';

import type { TaskToRun } from './built-in-task.js';

/** The input's own key wins over the flag of the definition (contract 5.8). `inner`: a map of the input that may have it as well. */
export function isAsyncComplete({ input, asyncComplete }: TaskToRun, inner: JsonObject = {}): boolean {
  return flagOf(input) ?? flagOf(inner) ?? asyncComplete ?? false;
}

function flagOf(map: JsonObject): boolean | undefined {
  const value = Object.hasOwn(map, 'asyncComplete') ? map['asyncComplete'] : undefined;
  if (typeof value === 'boolean') return value;
  // What came through a template may be text.
  return value === 'true' || value === 'false' ? value === 'true' : undefined;
}
