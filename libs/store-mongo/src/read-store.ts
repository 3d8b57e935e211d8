/** The read models in the collections `workflows`, `tasks` and `checkpoints`. */
import type { TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import type { ProjectionWrite, ReaderCheckpoint, ReadStore, WorkflowPage, WorkflowQuery } from '@dacapo/ports';
import type { Collection, Db, Filter, Sort } from 'mongodb';
import {
  searchedAs,
  sortedAs,
  type StoredTask,
  storedTask,
  type StoredWorkflow,
  storedWorkflow,
  taskOf,
  workflowOf,
} from './documents.js';
import { attempt } from './failure.js';
import { findByIds } from './find-by-ids.js';
import { GuardedWriter } from './guarded-write.js';
import { keyOf } from './key.js';
import { limits } from './limits.js';

interface StoredCheckpoint extends ReaderCheckpoint {
  readonly _id: string;
}

const onlyDocument = { _id: 0, document: 1 } as const;

export class MongoReadStore implements ReadStore {
  private readonly workflowCollection: Collection<StoredWorkflow>;
  private readonly taskCollection: Collection<StoredTask>;
  private readonly checkpointCollection: Collection<StoredCheckpoint>;
  private readonly workflowWriter: GuardedWriter<StoredWorkflow>;
  private readonly taskWriter: GuardedWriter<StoredTask>;

  constructor(
    database: Db,
    private readonly onClose: () => Promise<void>,
  ) {
    this.workflowCollection = database.collection('workflows');
    this.taskCollection = database.collection('tasks');
    this.checkpointCollection = database.collection('checkpoints');
    this.workflowWriter = new GuardedWriter(this.workflowCollection);
    this.taskWriter = new GuardedWriter(this.taskCollection);
  }

  /** Plain indexes only: partial and text indexes are not everywhere. None on what changes with every write (updateTime). */
  async createIndexes(): Promise<void> {
    await this.workflowCollection.createIndexes([
      { key: { status: 1, startTime: 1 } },
      { key: { workflowType: 1, startTime: 1 } },
      { key: { startTime: 1 } },
      { key: { correlationId: 1 } },
      { key: { parentWorkflowId: 1 } },
      { key: { removed: 1 } },
    ]);
    await this.taskCollection.createIndexes([
      { key: { workflowId: 1, taskSeq: 1 } },
      { key: { ready: 1, partition: 1 } },
    ]);
  }

  async write({ workflows, tasks, checkpoint }: ProjectionWrite): Promise<void> {
    await attempt('writing documents', () =>
      Promise.all([
        this.workflowWriter.write(workflows.map(storedWorkflow)),
        this.taskWriter.write(tasks.map(storedTask)),
      ]),
    );
    const { reader, partition, ...position } = checkpoint;
    await this.saveCheckpoint(reader, partition, position);
  }

  async workflow(workflowId: string): Promise<WorkflowDocument | undefined> {
    return attempt('reading a workflow', async () => {
      const stored = await this.workflowCollection.findOne({ _id: keyOf(workflowId) }, { projection: onlyDocument });
      return stored === null ? undefined : workflowOf(stored);
    });
  }

  async workflows(workflowIds: readonly string[]): Promise<ReadonlyMap<string, WorkflowDocument>> {
    return attempt('reading workflows', async () => {
      const found = (await findByIds(this.workflowCollection, workflowIds)).map(workflowOf);
      return new Map(found.map((workflow) => [workflow.workflowId, workflow]));
    });
  }

  async task(taskId: string): Promise<TaskDocument | undefined> {
    return attempt('reading a task', async () => {
      const stored = await this.taskCollection.findOne({ _id: keyOf(taskId) }, { projection: onlyDocument });
      return stored === null ? undefined : taskOf(stored);
    });
  }

  async tasks(taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskDocument>> {
    return attempt('reading tasks', async () => {
      const found = (await findByIds(this.taskCollection, taskIds)).map(taskOf);
      return new Map(found.map((task) => [task.taskId, task]));
    });
  }

  async tasksOf(workflowId: string): Promise<readonly TaskDocument[]> {
    return attempt('reading the tasks of a workflow', async () => {
      const options = { projection: onlyDocument, sort: { taskSeq: 1 }, batchSize: limits.documentsPerRead } as const;
      return (await this.taskCollection.find({ workflowId: keyOf(workflowId) }, options).toArray()).map(taskOf);
    });
  }

  async readyTasks(partitions: readonly number[]): Promise<readonly TaskDocument[]> {
    if (partitions.length === 0) return [];
    return attempt('reading ready tasks', async () => {
      const filter: Filter<StoredTask> = { ready: true, partition: { $in: [...partitions] } };
      const options = { projection: onlyDocument, batchSize: limits.documentsPerRead } as const;
      const tasks = (await this.taskCollection.find(filter, options).toArray()).map(taskOf);
      // Sorted here: the whole backlog is asked for, and a server refuses to sort more than 100 MB in memory.
      return tasks.sort((a, b) => a.scheduledTime - b.scheduledTime);
    });
  }

  async search({ conditions, sort, start, size }: WorkflowQuery): Promise<WorkflowPage> {
    return attempt('searching workflows', async () => {
      const shown: Filter<StoredWorkflow> = { removed: { $ne: true } };
      const filter: Filter<StoredWorkflow> = { $and: [...conditions.map(conditionFilter), shown] };
      const [totalHits, results] = await Promise.all([
        conditions.length === 0 ? this.countAll() : this.workflowCollection.countDocuments(filter),
        // For MongoDB a limit of 0 means none.
        size === 0 ? [] : this.page(filter, { sort: sortOf(sort), skip: start, limit: size }),
      ]);
      return { totalHits, results };
    });
  }

  async checkpoint(reader: string, partition: number): Promise<ReaderCheckpoint | undefined> {
    return attempt('reading a checkpoint', async () => {
      const stored = await this.checkpointCollection.findOne({ _id: `${partition}:${reader}` });
      return stored === null ? undefined : { offset: stored.offset, epoch: stored.epoch };
    });
  }

  async saveCheckpoint(reader: string, partition: number, { offset, epoch }: ReaderCheckpoint): Promise<void> {
    await attempt('writing a checkpoint', () =>
      this.checkpointCollection.replaceOne({ _id: `${partition}:${reader}` }, { offset, epoch }, { upsert: true }),
    );
  }

  close(): Promise<void> {
    return this.onClose();
  }

  /** Without a walk over all of them: the few that were removed have an index. */
  private async countAll(): Promise<number> {
    const [all, removed] = await Promise.all([
      this.workflowCollection.estimatedDocumentCount(),
      this.workflowCollection.countDocuments({ removed: true }),
    ]);
    return all - removed;
  }

  private async page(
    filter: Filter<StoredWorkflow>,
    options: { readonly sort: Sort; readonly skip: number; readonly limit: number },
  ): Promise<readonly WorkflowDocument[]> {
    return (await this.workflowCollection.find(filter, { ...options, projection: onlyDocument }).toArray()).map(
      workflowOf,
    );
  }
}

function conditionFilter({ field, values }: WorkflowQuery['conditions'][number]): Filter<StoredWorkflow> {
  // Versions are numbers; what is none matches nothing.
  const wanted =
    field === 'version' ? values.filter((value) => /^\d{1,9}$/.test(value)).map(Number) : values.map(keyOf);
  return { [searchedAs[field]]: { $in: wanted } };
}

/** The id comes last, so that pages neither overlap nor leave out. */
function sortOf(sort: WorkflowQuery['sort']): Sort {
  const fields = new Map<string, 1 | -1>();
  for (const { field, descending } of sort) {
    if (!fields.has(sortedAs[field])) fields.set(sortedAs[field], descending ? -1 : 1);
  }
  if (!fields.has('_id')) fields.set('_id', 1);
  return fields;
}
