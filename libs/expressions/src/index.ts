export { parseDuration } from './durations.js';
export { ExpressionError, type ExpressionErrorCode } from './expression-error.js';
export { javaText, switchText, type SwitchSource } from './java-text.js';
export {
  EXPRESSION_NESTING_MAX,
  PATH_CHARS_MAX,
  PATH_NESTING_MAX,
  PATTERN_CHARS_MAX,
  RESULT_BYTES_MAX,
  SCRIPT_CHARS_MAX,
  SCRIPT_NESTING_MAX,
  SCRIPT_NODES_MAX,
  SCRIPT_STEPS_MAX,
  SCRIPT_TEXT_CHARS_MAX,
  STEPS_MAX,
  TEMPLATE_CHARS_MAX,
  TIME_TEXT_CHARS_MAX,
  VALUE_DEPTH_MAX,
} from './limits.js';
export type { Scope } from './scope.js';
export { type Budget } from './budget.js';
export { compilePattern, type Pattern, searchPattern } from './paths/patterns.js';
export { compileScript, type CompileResult, conditionHolds, runScript, type RunResult } from './script/script.js';
export type { Script } from './script/syntax.js';
export { askedNames, type AskedNames } from './templates/asked.js';
export { compileTemplate } from './templates/compile-template.js';
export { evaluateTemplate, resolve } from './templates/evaluate-template.js';
export { type ExpressionRoot, isValidPath, rootsOf } from './templates/roots.js';
export { secretNamesIn, withSecrets } from './templates/secrets.js';
export type { Template } from './templates/template.js';
export { parseUntil } from './until.js';
