/**
 * `maskedFields` of a definition (contract 5.21, security E2): values under these names are replaced in everything that leaves for clients,
 * before anything is cut. Workers get the values, and the log keeps them.
 */
import type { Event, JsonObject, TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { WorkflowDef } from '@dacapo/definitions';

export const maskText = '***';

/** What is needed of the registry. */
export interface Contents {
  content(digest: string): WorkflowDef | undefined;
}

/** A value with the named fields replaced at every depth; parts without one are shared. */
export function masked<T>(value: T, names: ReadonlySet<string>): T {
  return names.size === 0 ? value : (replaced(value, names) as T);
}

function replaced(value: unknown, names: ReadonlySet<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, names));
  // fromEntries defines properties where an assignment would run the setter of `__proto__`.
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, names.has(key) ? maskText : replaced(each, names)]),
  );
}

const nothing: ReadonlySet<string> = new Set();
const known = new WeakMap<WorkflowDef, ReadonlySet<string>>();

/** Names that a definition masks; none for a definition that nobody knows. */
export function maskedNames(digest: string, contents: Contents): ReadonlySet<string> {
  const definition = contents.content(digest);
  if (definition === undefined || definition.maskedFields.length === 0) return nothing;
  const names = known.get(definition) ?? new Set(definition.maskedFields);
  known.set(definition, names);
  return names;
}

export function maskedTask(task: TaskDocument, contents: Contents): TaskDocument {
  const names = maskedNames(task.definition, contents);
  if (names.size === 0) return task;
  return { ...task, input: masked(task.input, names), output: masked(task.output, names) };
}

export function maskedWorkflow(workflow: WorkflowDocument, contents: Contents): WorkflowDocument {
  const names = maskedNames(workflow.definition, contents);
  if (names.size === 0) return workflow;
  const { input, output, variables } = workflow;
  return {
    ...workflow,
    input: masked(input, names),
    output: masked(output, names),
    variables: masked(variables, names),
  };
}

/** Fields of events that hold what users sent; the others are ours, whatever they are called. */
const payloadFields: ReadonlySet<string> = new Set([
  'child',
  'environment',
  'input',
  'message',
  'outcome',
  'output',
  'payload',
  'taskDefs',
  'variables',
]);

/** Names that any definition masks on which the workflow ran: a restart may have changed it. */
export function namesMaskedIn(events: readonly { readonly event: Event }[], contents: Contents): ReadonlySet<string> {
  const digests = events.flatMap(({ event }) => {
    const isStart = event.type === 'WorkflowStarted' || event.type === 'WorkflowRestarted';
    return isStart && event.data.definition !== undefined ? [event.data.definition] : [];
  });
  return new Set(digests.flatMap((digest) => [...maskedNames(digest, contents)]));
}

export function maskedEventData(data: JsonObject, names: ReadonlySet<string>): JsonObject {
  if (names.size === 0) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, payloadFields.has(key) ? masked(value, names) : value]),
  );
}
