/** Schemas that definitions demand of inputs and outputs (contract 5.21). Decided here, so that every door is the same; without a schema it costs a look at a field. */
import type { JsonObject } from '@dacapo/contracts';
import { checkValue, compileSchema, enforcedData, type SchemaDef, type TaskDef } from '@dacapo/definitions';

import type { Flow } from './flow/flow.js';

/** The input that a workflow begins with: `inputTemplate` fills absent keys; an empty input stays empty (contract 5.1). */
export function startInput({ definition }: Flow, input: JsonObject): JsonObject {
  return Object.keys(input).length === 0 ? input : { ...definition.inputTemplate, ...input };
}

/** Why a workflow cannot begin on this input, defaults included; undefined when it can. */
export function startFault(flow: Flow, input: JsonObject): string | undefined {
  const { definition } = flow;
  if (definition.inputSchema === undefined || !definition.enforceSchema) return undefined;
  return faultOf(flow, definition.inputSchema, input, `Input of workflow ${definition.name}.${definition.version}`);
}

export function workflowOutputFault(flow: Flow, output: JsonObject): string | undefined {
  const { definition } = flow;
  if (definition.outputSchema === undefined || !definition.enforceSchema) return undefined;
  return faultOf(flow, definition.outputSchema, output, `Output of workflow ${definition.name}.${definition.version}`);
}

export function taskInputFault(flow: Flow, taskDef: TaskDef | undefined, input: JsonObject): string | undefined {
  if (taskDef?.inputSchema === undefined || !taskDef.enforceSchema) return undefined;
  return faultOf(flow, taskDef.inputSchema, input, `Input of task ${taskDef.name}`);
}

export function taskOutputFault(flow: Flow, taskDef: TaskDef | undefined, output: JsonObject): string | undefined {
  if (taskDef?.outputSchema === undefined || !taskDef.enforceSchema) return undefined;
  return faultOf(flow, taskDef.outputSchema, output, `Output of task ${taskDef.name}`);
}

function faultOf(flow: Flow, schema: SchemaDef, value: JsonObject, what: string): string | undefined {
  const data = enforcedData(schema);
  if (data === undefined) return undefined;
  let compiled = flow.schemas.get(schema);
  if (compiled === undefined) flow.schemas.set(schema, (compiled = compileSchema(data)));
  const text = `${what} does not satisfy schema ${schema.name}.${schema.version}`;
  // Registration refuses such a schema; a definition that came another way lets nothing through.
  if (!compiled.ok) return `${text}: the schema cannot be used: ${compiled.fault.path} ${compiled.fault.message}`;
  const fault = checkValue(compiled.root, value);
  if (fault === undefined) return undefined;
  return `${text}: ${fault.place === '' ? 'it' : fault.place} ${fault.message}`;
}
