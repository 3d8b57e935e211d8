import { isJsonMap } from './json-value.js';
import { INT_MAX, INT_MIN } from './limits.js';
import type { SubWorkflowParams, WorkflowDef } from './model.js';
import * as read from './reader.js';
import type { ReadContext } from './scope.js';
import { fieldOf, refuse } from './violations.js';

export function readSubWorkflowParams(source: read.Source, context: ReadContext): SubWorkflowParams {
  const workflowDefinition = readDefinition(source, context);
  const inline = typeof workflowDefinition === 'object' ? workflowDefinition : undefined;
  return read.withoutAbsent({
    name: inline?.name ?? read.text(source, 'name'),
    version: inline?.version ?? readVersion(source),
    taskToDomain: read.mapOf(source, 'taskToDomain', (item) => {
      if (typeof item.value === 'string') return item.value;
      refuse(source.report, { ...item, message: 'taskToDomain must contain only texts' });
      return undefined;
    }),
    workflowDefinition,
    idempotencyKey: read.text(source, 'idempotencyKey'),
    idempotencyStrategy: read.optionalOneOf(source, 'idempotencyStrategy', [
      'FAIL',
      'RETURN_EXISTING',
      'FAIL_ON_RUNNING',
    ]),
    priority: readPriority(source),
  });
}

function readDefinition(source: read.Source, context: ReadContext): WorkflowDef | string | undefined {
  const field = 'workflowDefinition';
  const value = read.fieldValue(source, field);
  if (value === undefined || value === null) return undefined;
  if (isJsonMap(value)) {
    return context.readInline({ raw: value, place: fieldOf(source.place, field), report: source.report }, context);
  }
  if (typeof value === 'string') {
    if (isWholeExpression(value)) return value;
    read.refuseField(source, field, 'workflowDefinition is a string, but not a valid DSL string');
    return undefined;
  }
  read.refuseField(source, field, 'workflowDefinition must be either null, or WorkflowDef, or a valid DSL string');
  return undefined;
}

function readVersion(source: read.Source): number | string | undefined {
  const value = read.fieldValue(source, 'version');
  if (typeof value === 'string' && isWholeExpression(value)) return value;
  return read.optionalInt(source, 'version', { min: 0 });
}

function readPriority(source: read.Source): number | string | undefined {
  const value = read.fieldValue(source, 'priority');
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX) {
    return value === 0 ? 0 : value;
  }
  read.refuseField(source, 'priority', 'priority must be a whole number or an expression');
  return undefined;
}

function isWholeExpression(text: string): boolean {
  return text.startsWith('${') && text.endsWith('}');
}
