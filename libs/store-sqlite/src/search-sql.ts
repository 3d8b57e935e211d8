import type { WorkflowField, WorkflowQuery, WorkflowSortField } from '@dacapo/ports';
import type { Cell } from './protocol.js';
import { keyOf } from './rows.js';

const columns: Record<WorkflowField, string> = {
  workflowId: 'id',
  workflowType: 'name',
  version: 'version',
  status: 'status',
  correlationId: 'correlation',
  parentWorkflowId: 'parent',
};

const sortColumns: Record<WorkflowSortField, string> = {
  startTime: 'created',
  updateTime: 'updated',
  endTime: 'ended',
  workflowId: 'id',
  workflowType: 'name',
  status: 'status',
};

export interface SearchSql {
  readonly where: string;
  readonly order: string;
  readonly parameters: readonly Cell[];
}

/** Only names of our own stand in the text; what the caller gives is bound. */
export function searchSql({ conditions, sort }: WorkflowQuery): SearchSql {
  const parameters: Cell[] = [];
  const parts = conditions.map(({ field, values }) => {
    const cells = field === 'version' ? values.filter(isNumber).map(Number) : values.map(keyOf);
    parameters.push(...cells);
    return `${columns[field]} IN (${cells.map(() => '?').join(', ')})`;
  });
  const terms = sort.map(({ field, descending }) => `${sortColumns[field]} ${direction(descending)}`);
  // The id makes the order total. In the direction of the field before it, so that an index serves both.
  terms.push(`id ${direction(sort.at(-1)?.descending ?? false)}`);
  return { where: `WHERE ${[...parts, 'removed = 0'].join(' AND ')}`, order: terms.join(', '), parameters };
}

function direction(descending: boolean): string {
  return descending ? 'DESC' : 'ASC';
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}
