/** Definitions for tests, built the way one would say them: `aWorkflow().withTask(simple('a'))`. They pass the real validation. */
import {
  adHocTaskDef,
  canonicalJson,
  parseTaskDef,
  parseWorkflowDef,
  populate,
  type TaskDef,
  type WorkflowDef,
} from '@dacapo/definitions';

import { compileFlow, type Flow } from '../flow/flow.js';
import { sha256 } from './hash.js';

export type Fields = Readonly<Record<string, unknown>>;

export class WorkflowBuilder {
  constructor(
    private readonly fields: Fields = { name: 'wf' },
    private readonly tasks: readonly Fields[] = [],
    private readonly taskDefs: readonly TaskDef[] = [],
    private readonly change: (definition: WorkflowDef) => WorkflowDef = (definition) => definition,
  ) {}

  withTask(...tasks: readonly Fields[]): WorkflowBuilder {
    return new WorkflowBuilder(this.fields, [...this.tasks, ...tasks], this.taskDefs, this.change);
  }

  with(fields: Fields): WorkflowBuilder {
    return new WorkflowBuilder({ ...this.fields, ...fields }, this.tasks, this.taskDefs, this.change);
  }

  withOutput(outputParameters: Fields): WorkflowBuilder {
    return this.with({ outputParameters });
  }

  /** Registers a task definition. Unlike Conductor's default it has no retries, so that a test says when it wants some. */
  withTaskDef(name: string, fields: Fields = {}): WorkflowBuilder {
    const taskDefs = [...this.taskDefs, aRegisteredTaskDef(name, fields)];
    return new WorkflowBuilder(this.fields, this.tasks, taskDefs, this.change);
  }

  /** Bends the definition after its validation: what registration refuses, but a snapshot from elsewhere may hold. */
  bent(change: (definition: WorkflowDef) => WorkflowDef): WorkflowBuilder {
    return new WorkflowBuilder(this.fields, this.tasks, this.taskDefs, change);
  }

  build(): WorkflowDef {
    const parsed = parseWorkflowDef({ ...this.fields, tasks: this.tasks });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    const taskDef = (name: string): TaskDef | undefined => this.taskDefs.find((def) => def.name === name);
    return populate(this.change(parsed.value), { taskDef, latestVersion: () => 7 });
  }

  flow(): Flow {
    const definition = this.build();
    return compileFlow(sha256(canonicalJson(definition)), definition);
  }
}

export function aWorkflow(name = 'wf'): WorkflowBuilder {
  return new WorkflowBuilder({ name });
}

/** A worker's task, without retries unless told otherwise. */
export function simple(reference: string, fields: Fields = {}): Fields {
  return { name: reference, taskReferenceName: reference, type: 'SIMPLE', retryCount: 0, ...fields };
}

export function task(type: string, reference: string, fields: Fields = {}): Fields {
  return { name: reference, taskReferenceName: reference, type, ...fields };
}

export function fork(reference: string, ...forkTasks: readonly (readonly Fields[])[]): Fields {
  return task('FORK_JOIN', reference, { forkTasks });
}

export function join(reference: string, joinOn: readonly string[], fields: Fields = {}): Fields {
  return task('JOIN', reference, { joinOn, ...fields });
}

/** Decides by the input parameter `value`. */
export function switchOn(
  reference: string,
  value: unknown,
  decisionCases: Readonly<Record<string, readonly Fields[]>>,
  defaultCase: readonly Fields[] = [],
): Fields {
  return task('SWITCH', reference, {
    evaluatorType: 'value-param',
    expression: 'value',
    inputParameters: { value },
    decisionCases,
    defaultCase,
  });
}

export function switchByScript(
  reference: string,
  script: string,
  inputParameters: Fields,
  decisionCases: Readonly<Record<string, readonly Fields[]>>,
  fields: Fields = {},
): Fields {
  return task('SWITCH', reference, {
    evaluatorType: 'javascript',
    expression: script,
    inputParameters,
    decisionCases,
    ...fields,
  });
}

export function doWhile(
  reference: string,
  loopCondition: string,
  loopOver: readonly Fields[],
  fields: Fields = {},
): Fields {
  return task('DO_WHILE', reference, { loopCondition, loopOver, ...fields });
}

/** `items` is an expression, or the list itself. */
export function forEach(
  reference: string,
  items: string | readonly unknown[],
  loopOver: readonly Fields[],
  { inputParameters, ...fields }: Fields = {},
): Fields {
  const [field, given] = typeof items === 'string' ? [{ items }, {}] : [{}, { _items: items }];
  return task('FOR_EACH', reference, {
    loopOver,
    ...field,
    inputParameters: { ...given, ...(inputParameters as Fields | undefined) },
    ...fields,
  });
}

export function setVariable(reference: string, inputParameters: Fields): Fields {
  return task('SET_VARIABLE', reference, { inputParameters });
}

export function wait(reference: string, inputParameters: Fields = {}, fields: Fields = {}): Fields {
  return task('WAIT', reference, { inputParameters, ...fields });
}

export function subWorkflow(reference: string, subWorkflowParam: Fields, fields: Fields = {}): Fields {
  return task('SUB_WORKFLOW', reference, { subWorkflowParam, ...fields });
}

/** `javascript` unless the input says otherwise. */
export function inline(
  reference: string,
  expression: string,
  inputParameters: Fields = {},
  fields: Fields = {},
): Fields {
  return task('INLINE', reference, {
    inputParameters: { evaluatorType: 'javascript', expression, ...inputParameters },
    ...fields,
  });
}

export function tryCatch(
  reference: string,
  lists: { readonly try: readonly Fields[]; readonly catch?: readonly Fields[]; readonly finally?: readonly Fields[] },
  fields: Fields = {},
): Fields {
  return task('TRY', reference, { decisionCases: lists, ...fields });
}

export function terminate(reference: string, terminationStatus: string, inputParameters: Fields = {}): Fields {
  return task('TERMINATE', reference, { inputParameters: { terminationStatus, ...inputParameters } });
}

export function exclusiveJoin(
  reference: string,
  joinOn: readonly string[],
  defaultExclusiveJoinTask: readonly string[] = [],
): Fields {
  return task('EXCLUSIVE_JOIN', reference, { joinOn, defaultExclusiveJoinTask });
}

/** Its name is the input parameter `name`. */
export function dynamic(reference: string, name: unknown, fields: Fields = {}, input: Fields = {}): Fields {
  return task('DYNAMIC', reference, {
    dynamicTaskNameParam: 'name',
    inputParameters: { name, ...input },
    retryCount: 0,
    ...fields,
  });
}

/** Style A, by the workflow's input `tasks` and `inputs`. */
export function dynamicFork(reference: string, fields: Fields = {}): Fields {
  return task('FORK_JOIN_DYNAMIC', reference, {
    dynamicForkTasksParam: 'tasks',
    dynamicForkTasksInputParamName: 'inputs',
    inputParameters: { tasks: '${workflow.input.tasks}', inputs: '${workflow.input.inputs}' },
    ...fields,
  });
}

/** Style B: one task with many inputs. */
export function forkOver(reference: string, forkTaskInputs: unknown, input: Fields = {}, fields: Fields = {}): Fields {
  return task('FORK_JOIN_DYNAMIC', reference, { inputParameters: { forkTaskInputs, ...input }, ...fields });
}

/** Unlike Conductor's default it has no retries, so that a test says when it wants some. */
export function aRegisteredTaskDef(name: string, fields: Fields = {}): TaskDef {
  const parsed = parseTaskDef({ name, retryCount: 0, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

/** The definition that `populate` gives to a task nobody registered; `tasks/retry-delay.spec.ts` varies it. */
export function aTaskDef(fields: Partial<TaskDef> = {}): TaskDef {
  return { ...adHocTaskDef('a', 'SIMPLE'), ...fields };
}
