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

import { compileFlow, type Flow } from '../flow.js';
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
    const parsed = parseTaskDef({ name, retryCount: 0, ...fields });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    return new WorkflowBuilder(this.fields, this.tasks, [...this.taskDefs, parsed.value], this.change);
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

/** The definition that `populate` gives to a task nobody registered; `retry-delay.spec.ts` varies it. */
export function aTaskDef(fields: Partial<TaskDef> = {}): TaskDef {
  return { ...adHocTaskDef('a', 'SIMPLE'), ...fields };
}
