/** Documents as rows: JSON text, which keeps any payload, and the few columns that are searched. */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { Snapshot } from '@dacapo/ports';
import type { Cell, Row } from './protocol.js';

/** SQLite stores UTF-8, which has no lone surrogates: texts with such get an escaped key, so that no two of them meet. */
export function keyOf(text: string): string {
  return text.isWellFormed() ? text : JSON.stringify(text);
}

function optionalKey(text: string | undefined): string | null {
  return text === undefined ? null : keyOf(text);
}

export function workflowRow(document: WorkflowDocument): Cell[] {
  return [
    keyOf(document.workflowId),
    document.seq,
    keyOf(document.name),
    document.version,
    document.status,
    document.createTime,
    document.updateTime,
    document.endTime ?? null,
    optionalKey(document.correlationId),
    optionalKey(document.parent?.workflowId),
    document.isRemoved === true ? 1 : 0,
    JSON.stringify(document),
  ];
}

export function taskRow(document: TaskDocument): Cell[] {
  return [
    keyOf(document.taskId),
    document.seq,
    keyOf(document.workflowId),
    document.taskSeq,
    document.partition,
    document.ready ? document.scheduledTime : null,
    JSON.stringify(document),
  ];
}

export function snapshotRow(partition: number, { workflowId, seq, state, due }: Snapshot): Cell[] {
  return [keyOf(workflowId), seq, partition, due ?? null, JSON.stringify(workflowId), state];
}

/** The first cell of each row, parsed. */
export function documentsOf<T>(rows: readonly Row[]): T[] {
  return rows.map(([text]) => JSON.parse(String(text)) as T);
}
