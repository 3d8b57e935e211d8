/** Documents as rows: their text, which keeps any payload (packed.ts), and the few columns that are searched. */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { Snapshot } from '@dacapo/ports';
import { packedTask, packedWorkflow } from './packed.js';
import type { Cell, Row } from './protocol.js';

/** SQLite stores UTF-8, which has no lone surrogates: texts with such get a quoted key, and so do those that begin like one: no two meet. */
export function keyOf(text: string): string {
  return text.isWellFormed() && !text.startsWith('"') ? text : JSON.stringify(text);
}

export function textOf(key: string): string {
  return key.startsWith('"') ? (JSON.parse(key) as string) : key;
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
    packedWorkflow.pack(document),
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
    packedTask.pack(document),
  ];
}

export function snapshotRow(partition: number, { workflowId, seq, state, due }: Snapshot): Cell[] {
  return [keyOf(workflowId), seq, partition, due ?? null, state];
}

/** The first cell of each row is the document. */
export function workflowsOf(rows: readonly Row[]): WorkflowDocument[] {
  return rows.map(([text]) => packedWorkflow.unpack(String(text)));
}

export function tasksOf(rows: readonly Row[]): TaskDocument[] {
  return rows.map(([text]) => packedTask.unpack(String(text)));
}
