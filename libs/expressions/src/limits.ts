/** Characters of all texts with `${` in one template together. */
export const TEMPLATE_CHARS_MAX = 1_048_576;

/** How deep `${a[${b[${c}]}]}` may go. */
export const EXPRESSION_NESTING_MAX = 32;

/** How deep maps and lists may go, in a template and in a value that is turned into text. The border allows 90. */
export const VALUE_DEPTH_MAX = 128;

/** Approximate size of what one template may yield; referenced values count as if they were copied. */
export const RESULT_BYTES_MAX = 5 * 1_048_576;

/** Characters of one path that is not a plain chain of names and indexes. */
export const PATH_CHARS_MAX = 4_096;

/** How deep brackets and parentheses may go in one path. */
export const PATH_NESTING_MAX = 32;

/** Values looked at by one evaluation of a template: about 50 ms at 20 to 50 ns each. */
export const STEPS_MAX = 1_000_000;

/** Characters of a pattern in `match()` and `search()`. */
export const PATTERN_CHARS_MAX = 1_000;

/** Characters of a script for the pure evaluator; longer ones belong to the sandbox. */
export const SCRIPT_CHARS_MAX = 65_536;

/** Nodes of a script. Bounds the depth of the interpreter's recursion as well. */
export const SCRIPT_NODES_MAX = 1_000;

/** How deep parentheses, blocks and functions may go while a script is parsed. */
export const SCRIPT_NESTING_MAX = 64;

/** Steps of one run: one for each node and one for each 64 characters of a text operation. */
export const SCRIPT_STEPS_MAX = 100_000;

/** Characters of a text that a script builds. */
export const SCRIPT_TEXT_CHARS_MAX = 1_048_576;

/** Characters of a WAIT's `duration` or `until`. */
export const TIME_TEXT_CHARS_MAX = 200;
