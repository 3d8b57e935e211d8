/**
 * Keeps the read model: folds what has come in while the last write was under way, one document per workflow and per task, and writes it at
 * once together with the position. A slow or absent store delays the read model and nothing else.
 */
import { admit, type Fence, isDaCapoError, type WorkflowDocument } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';
import {
  type Clock,
  type EventBatch,
  type Journal,
  reachCrashPoint,
  type ReaderCheckpoint,
  type ReadStore,
  type StoredEvent,
  type Subscription,
} from '@dacapo/ports';

import { limits } from './limits.js';
import type { Log } from './log.js';
import { type Documents, ProjectionDocuments } from './projection-documents.js';
import { slicesOf } from './projection-slices.js';

export const projectionReader = 'projection';

const noCheckpoint: ReaderCheckpoint = { offset: 0, epoch: 0 };

interface Options {
  readonly journal: Journal;
  readonly store: ReadStore;
  readonly partitions: readonly number[];
  readonly clock: Clock;
  readonly log: Log;
  /** Least time between two writes of a partition, milliseconds; default 100. */
  readonly gatherMs?: number;
  readonly onProjected?: (partition: number, nextOffset: number) => void;
}

export class ProjectionRunner {
  private readonly fences = new Map<number, Fence>();
  private readonly checkpoints = new Map<number, ReaderCheckpoint>();
  private readonly documents: ProjectionDocuments;
  private subscription: Subscription | undefined;
  private stopped = false;
  private isWaitingForStore = false;
  /** Events written into the read model since the start. */
  projected = 0;

  constructor(private readonly options: Options) {
    this.documents = new ProjectionDocuments(options.store, options.log);
  }

  /** Workflows whose documents could not be brought up to date. */
  get parked(): number {
    return this.documents.parkedCount;
  }

  async start(onFailure: (error: unknown) => void): Promise<void> {
    // After a failure in one partition another one may still be writing: its older documents must not come behind newer ones.
    await this.subscription?.close();
    const from = new Map<number, number>();
    this.documents.clear();
    for (const partition of this.options.partitions) {
      const checkpoint = (await this.options.store.checkpoint(projectionReader, partition)) ?? noCheckpoint;
      from.set(partition, checkpoint.offset);
      this.fences.set(partition, { epoch: checkpoint.epoch });
      this.checkpoints.set(partition, checkpoint);
    }
    this.subscription = await this.options.journal.follow(from, (batch) => this.take(batch), onFailure);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.subscription?.close();
  }

  private async take(batch: EventBatch): Promise<void> {
    const { partition } = batch;
    const events = this.admitted(batch);
    const end = { offset: batch.nextOffset, epoch: this.fences.get(partition)?.epoch ?? 0 };
    for (const slice of slicesOf(events, end, limits.projectionEvents)) {
      await this.project(partition, slice.events, slice.checkpoint);
      if (this.stopped) return;
    }
    await this.gather();
  }

  /** Folds and writes; the position goes on with each slice, so that neither a failure nor a stop costs more than one. */
  private async project(
    partition: number,
    events: readonly StoredEvent[],
    checkpoint: ReaderCheckpoint,
  ): Promise<void> {
    const documents = await this.untilDone(() => this.documents.fold(partition, events));
    if (documents === undefined) return;
    reachCrashPoint('projection:before');
    await this.untilDone(() => this.write(partition, documents, checkpoint));
    reachCrashPoint('projection:after');
    this.checkpoints.set(partition, checkpoint);
    this.projected += events.length;
    this.documents.forget();
    if (!this.stopped) this.options.onProjected?.(partition, checkpoint.offset);
  }

  private async write(partition: number, documents: Documents, checkpoint: ReaderCheckpoint): Promise<void> {
    const { store } = this.options;
    const place = { reader: projectionReader, partition };
    try {
      await store.write({ ...documents, checkpoint: { ...place, ...checkpoint } });
    } catch (error) {
      if (isDaCapoError(error) && error.retryable) throw error;
      // One document that the store refuses (too large, for example): the others are written, and the position goes on.
      for (const workflow of documents.workflows) await this.writeAlone(partition, workflow, documents);
      await store.write({ workflows: [], tasks: [], checkpoint: { ...place, ...checkpoint } });
    }
  }

  private async writeAlone(partition: number, workflow: WorkflowDocument, documents: Documents): Promise<void> {
    const { workflowId } = workflow;
    const tasks = documents.tasks.filter((task) => task.workflowId === workflowId);
    // With the position as it stands: it may go on only when all have had their turn.
    const checkpoint = { reader: projectionReader, partition, ...(this.checkpoints.get(partition) ?? noCheckpoint) };
    try {
      await this.options.store.write({ workflows: [workflow], tasks, checkpoint });
    } catch (error) {
      if (isDaCapoError(error) && error.retryable) throw error;
      this.documents.park(workflowId, error);
    }
  }

  /** Lets events come together: a workflow that begins and ends meanwhile is written once. Reads do not wait for it (views.ts). */
  private async gather(): Promise<void> {
    const { clock, gatherMs = limits.projectionGatherMs } = this.options;
    if (gatherMs > 0) await new Promise<void>((resolve) => clock.at(clock.now() + gatherMs, resolve));
  }

  private admitted({ partition, events }: EventBatch): readonly StoredEvent[] {
    let fence = this.fences.get(partition) ?? { epoch: 0 };
    const admitted = events.filter(({ event }) => {
      const admission = admit(fence, event);
      if (admission.admitted) fence = admission.fence;
      return admission.admitted && event.seq > 0 && !isLimitId(event.workflowId);
    });
    this.fences.set(partition, fence);
    return admitted;
  }

  /** The store may be away for hours: the runner waits, says so once, and loses nothing. */
  private async untilDone<T>(call: () => Promise<T>): Promise<T | undefined> {
    while (!this.stopped) {
      try {
        const result = await call();
        if (this.isWaitingForStore) this.options.log.info({}, 'the read store answers again');
        this.isWaitingForStore = false;
        return result;
      } catch (error) {
        if (!isDaCapoError(error) || !error.retryable) throw error;
        if (!this.isWaitingForStore)
          this.options.log.warn({ error }, 'the read store is away; the read model waits for it');
        this.isWaitingForStore = true;
        const { clock } = this.options;
        await new Promise<void>((resolve) => clock.at(clock.now() + limits.retryMs, resolve));
      }
    }
    return undefined;
  }
}
