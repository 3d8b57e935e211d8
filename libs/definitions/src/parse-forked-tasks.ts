import type { WorkflowTask } from './model.js';
import { readInlineDef } from './parse-workflow-def.js';
import { readBranches } from './read-task.js';
import { checkJoins } from './reference-rules.js';
import type { ReadContext } from './scope.js';
import { resultOf, type ParseResult, type Report } from './violations.js';

/**
 * Tasks that a dynamic fork is given at run time, each a branch, with all defaults applied. Like inline definitions they are not held to the
 * rules of single types. That their reference names are unique is for the caller to see, who knows which exist already.
 */
export function parseForkedTasks(tasks: readonly unknown[]): ParseResult<readonly WorkflowTask[]> {
  const report: Report = { violations: [] };
  const context: ReadContext = {
    scope: { entries: [] },
    taskDef: () => undefined,
    readInline: readInlineDef,
    count: { tasks: 0 },
    depth: 0,
    hasTypeRules: false,
  };
  const read = readBranches({ raw: { tasks }, place: undefined, report }, 'tasks', context);
  const { entries } = context.scope;
  checkJoins(entries, new Map(entries.map((entry) => [entry.reference, entry])));
  return resultOf(report, read);
}
