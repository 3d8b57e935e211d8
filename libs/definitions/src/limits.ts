/** Named maxima of this library; a definition beyond one is refused with the path to the fault. */

/** More violations than this are not collected: nobody reads them, and the answer must stay small. */
export const VIOLATIONS_MAX = 100;

/** Tasks of one definition over all nesting levels, inline sub-workflows included. */
export const TASKS_MAX = 20_000;

/** Nesting of tasks in tasks: a task of the top list is at depth 1. Keeps every recursive walk far from the stack's end. */
export const TASK_DEPTH_MAX = 90;

/** Nesting of a free-form value (inputParameters, variables, ...), the same bound as for request bodies. */
export const VALUE_DEPTH_MAX = 90;

export const REFERENCE_NAME_LENGTH_MAX = 255;

/** `cacheConfig.key` as it is written. */
export const CACHE_KEY_LENGTH_MAX = 1_000;

/** Conductor's messages quote what the user wrote; longer messages are cut here. */
export const MESSAGE_LENGTH_MAX = 1_000;

/** Longest quoted value in a violation's `invalidValue`, and longest map key in its path. */
export const QUOTED_LENGTH_MAX = 255;

export const INT_MIN = -(2 ** 31);
export const INT_MAX = 2 ** 31 - 1;

/** Conductor's long is 64 bits wide; beyond 2^53 - 1 a JSON number would be changed silently, so it is refused. */
export const LONG_MAX = Number.MAX_SAFE_INTEGER;
