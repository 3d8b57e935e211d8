import type { JsonMap, TaskDef, WorkflowTask } from './model.js';
import type { Source } from './reader.js';

/** A task as the rules over a whole definition see it: what it is called and where it stands among the others. */
export interface TaskEntry {
  readonly name: string;
  readonly reference: string;
  readonly type: string;
  readonly joinOn: readonly string[];
  readonly inputParameters: JsonMap;
  readonly source: Source;
  readonly siblings: Siblings;
  readonly index: number;
  readonly previous: TaskEntry | undefined;
}

/** One list of tasks that run one after another; `owner` is the task that holds it, none for the definition itself. */
export interface Siblings {
  readonly owner: TaskEntry | undefined;
  last: TaskEntry | undefined;
}

/** The tasks of one definition in document order; an inline sub-workflow has a scope of its own. */
export interface Scope {
  readonly entries: TaskEntry[];
}

/** What is shared while one definition and the inline definitions in it are read. */
export interface ReadContext {
  readonly scope: Scope;
  readonly taskDef: (name: string) => TaskDef | undefined;
  readonly readInline: InlineReader;
  /** Tasks read so far, over all scopes. */
  readonly count: { tasks: number };
  /** Tasks around the list that is being read. */
  readonly depth: number;
  /** Whether Conductor's rules for single types hold here: not in `loopOver`, not in inline definitions. */
  readonly hasTypeRules: boolean;
}

/** Handed down instead of imported, because a definition contains tasks that contain definitions. */
export type InlineReader = (
  source: Source,
  context: ReadContext,
) => NonNullable<WorkflowTask['subWorkflowParam']>['workflowDefinition'];
