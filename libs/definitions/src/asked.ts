import { type AskedNames, askedNames, ExpressionError } from '@dacapo/expressions';

import type { WorkflowDef } from './model.js';
import { allTasks } from './walk.js';

/**
 * Names of environment values and secrets that the templates of a definition ask for, at every level. Inline sub-workflows are not looked
 * into: they ask for themselves when they start.
 */
export function askedByDefinition(def: WorkflowDef): AskedNames {
  const all = {
    environment: new Set<string>(),
    secrets: new Set<string>(),
    bare: new Set<string>(),
    anyEnvironment: false,
    anySecret: false,
  };
  for (const value of partsOf(def)) {
    const asked = namesIn(value);
    if (asked === undefined) continue;
    for (const name of asked.environment) all.environment.add(name);
    for (const name of asked.secrets) all.secrets.add(name);
    for (const name of asked.bare) all.bare.add(name);
    all.anyEnvironment ||= asked.anyEnvironment;
    all.anySecret ||= asked.anySecret;
  }
  return all;
}

/** Pieces that are no deeper than one template may be: a definition as a whole is deeper than that. */
function* partsOf({ tasks, ...def }: WorkflowDef): Generator<unknown> {
  const { inputSchema: _input, outputSchema: _output, ...rest } = def;
  yield rest;
  for (const { task } of allTasks({ tasks })) {
    const { decisionCases: _cases, defaultCase: _otherwise, forkTasks: _branches, loopOver: _body, ...own } = task;
    const { taskDefinition, subWorkflowParam, ...fields } = own;
    yield fields;
    yield taskDefinition?.inputTemplate;
    const inline = subWorkflowParam?.workflowDefinition;
    yield { ...subWorkflowParam, workflowDefinition: typeof inline === 'string' ? inline : undefined };
  }
}

/** A template that is too deep asks for nothing: the task that has it will say so. */
function namesIn(value: unknown): AskedNames | undefined {
  try {
    return askedNames(value);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
