import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { ProjectionWrite, ReaderCheckpoint, ReadStore, WorkflowPage, WorkflowQuery } from '@dacapo/ports';
import { limits } from './limits.js';
import type { Cell, Row } from './protocol.js';
import { keyOf, taskRow, tasksOf, workflowRow, workflowsOf } from './rows.js';
import { searchSql } from './search-sql.js';
import type { StoreThread } from './store-thread.js';

export class SqliteReadStore implements ReadStore {
  constructor(
    private readonly writer: StoreThread,
    private readonly reader: StoreThread,
  ) {}

  /** One transaction, so the data and its checkpoint agree exactly. */
  write({ workflows, tasks, checkpoint }: ProjectionWrite): Promise<void> {
    const { reader, partition, offset, epoch } = checkpoint;
    return this.writer.write([
      { target: 'workflows', cells: workflows.flatMap(workflowRow) },
      { target: 'tasks', cells: tasks.flatMap(taskRow) },
      { target: 'checkpoints', cells: [keyOf(reader), partition, offset, epoch] },
    ]);
  }

  async workflow(workflowId: string): Promise<WorkflowDocument | undefined> {
    return (await this.workflows([workflowId])).get(workflowId);
  }

  async workflows(workflowIds: readonly string[]): Promise<ReadonlyMap<string, WorkflowDocument>> {
    const found = workflowsOf(await this.byKeys('SELECT document FROM workflows WHERE id = ?', workflowIds));
    return new Map(found.map((document) => [document.workflowId, document]));
  }

  async task(taskId: string): Promise<TaskDocument | undefined> {
    return (await this.tasks([taskId])).get(taskId);
  }

  async tasks(taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskDocument>> {
    const found = tasksOf(await this.byKeys('SELECT document FROM tasks WHERE id = ?', taskIds));
    return new Map(found.map((document) => [document.taskId, document]));
  }

  tasksOf(workflowId: string): Promise<readonly TaskDocument[]> {
    const sql = `SELECT document, task_seq, id FROM tasks WHERE workflow = ? AND (task_seq, id) > (?, ?)
      ORDER BY task_seq, id LIMIT ${limits.pageRows}`;
    return this.paged(sql, keyOf(workflowId));
  }

  async readyTasks(partitions: readonly number[]): Promise<readonly TaskDocument[]> {
    const sql = `SELECT document, ready_since, id FROM tasks
      WHERE partition = ? AND ready_since IS NOT NULL AND (ready_since, id) > (?, ?)
      ORDER BY ready_since, id LIMIT ${limits.pageRows}`;
    const found: TaskDocument[] = [];
    for (const partition of partitions) found.push(...(await this.paged(sql, partition)));
    return found.sort((a, b) => a.scheduledTime - b.scheduledTime || (a.taskId < b.taskId ? -1 : 1));
  }

  async search(query: WorkflowQuery): Promise<WorkflowPage> {
    const { where, order, parameters } = searchSql(query);
    const page = `SELECT document FROM workflows ${where} ORDER BY ${order} LIMIT ? OFFSET ?`;
    const [counted, rows] = await Promise.all([
      this.reader.read(`SELECT count(*) FROM workflows ${where}`, parameters),
      this.reader.read(page, [...parameters, query.size, query.start]),
    ]);
    return { totalHits: Number(counted[0]?.[0]), results: workflowsOf(rows) };
  }

  async checkpoint(reader: string, partition: number): Promise<ReaderCheckpoint | undefined> {
    const sql = 'SELECT position, epoch FROM checkpoints WHERE reader = ? AND partition = ?';
    const [row] = await this.reader.read(sql, [keyOf(reader), partition]);
    return row && { offset: Number(row[0]), epoch: Number(row[1]) };
  }

  saveCheckpoint(reader: string, partition: number, { offset, epoch }: ReaderCheckpoint): Promise<void> {
    return this.writer.write([{ target: 'checkpoints', cells: [keyOf(reader), partition, offset, epoch] }]);
  }

  /** The file is SqliteStore's to close. */
  async close(): Promise<void> {}

  private async byKeys(sql: string, ids: readonly string[]): Promise<Row[]> {
    const found: Row[] = [];
    for (let i = 0; i < ids.length; i += limits.pageRows) {
      const keys = ids.slice(i, i + limits.pageRows).map((id) => [keyOf(id)]);
      found.push(...(await this.reader.read(sql, ...keys)));
    }
    return found;
  }

  /** Page by page behind the last row, so that neither thread works for long in one go. */
  private async paged(sql: string, key: Cell): Promise<TaskDocument[]> {
    const found: TaskDocument[] = [];
    let after: Row = [null, -1e15, ''];
    for (;;) {
      const rows = await this.reader.read(sql, [key, after[1] ?? null, after[2] ?? null]);
      found.push(...tasksOf(rows));
      const last = rows.at(-1);
      if (last === undefined || rows.length < limits.pageRows) return found;
      after = last;
    }
  }
}
