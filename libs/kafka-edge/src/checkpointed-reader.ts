/**
 * Follows the events of some partitions with a position of its own in the read store, for whoever passes them on to the outside. The position
 * is written after everything that follows from the events was acknowledged: after a crash some of it goes out twice, none is left out.
 */
import { admit, type Fence } from '@dacapo/contracts';
import type { Alarm, Clock, EventBatch, Journal, ReadStore, StoredEvent, Subscription } from '@dacapo/ports';
import type { Log } from '@dacapo/runtime';

import { limits } from './limits.js';
import { Patience, Stopped } from './patience.js';

export interface EventSink {
  /** A reader begins anew: what was held back comes again, and failures are tried again. */
  reset(): void;
  /**
   * Resolves when what follows from the events is durable. False: something is held back until the reader has caught up, so the position
   * may not be kept yet.
   */
  take(partition: number, events: readonly StoredEvent[], isCaughtUp: boolean): Promise<boolean>;
  /** What fails from now on is not tried again. */
  stop(): void;
}

export interface CheckpointedReaderOptions {
  /** Under this name the positions are kept. */
  readonly name: string;
  readonly sink: EventSink;
  readonly journal: Pick<Journal, 'follow' | 'end'>;
  readonly store: Pick<ReadStore, 'checkpoint' | 'saveCheckpoint'>;
  readonly partitions: readonly number[];
  readonly clock: Clock;
  readonly log: Log;
}

export class CheckpointedReader {
  private readonly fences = new Map<number, Fence>();
  /** Where the log ended when the reader began. */
  private readonly ends = new Map<number, number>();
  private readonly unsaved = new Map<number, { readonly offset: number; readonly epoch: number }>();
  private readonly patience: Patience;
  private subscription: Subscription | undefined;
  private alarm: Alarm | undefined;
  private saving: Promise<void> | undefined;
  private isStopped = false;
  /** Events taken since the start. */
  events = 0;

  constructor(private readonly options: CheckpointedReaderOptions) {
    this.patience = new Patience(`the read store (${options.name})`, options.clock, options.log);
  }

  async start(onFailure: (error: unknown) => void): Promise<void> {
    const { journal, store, partitions, name, sink } = this.options;
    sink.reset();
    this.unsaved.clear();
    const from = new Map<number, number>();
    for (const partition of partitions) {
      const checkpoint = await this.patience.untilDone(() => store.checkpoint(name, partition));
      from.set(partition, checkpoint?.offset ?? 0);
      this.fences.set(partition, { epoch: checkpoint?.epoch ?? 0 });
      this.ends.set(partition, await journal.end(partition));
    }
    this.subscription = await journal.follow(from, (batch) => this.take(batch), onFailure);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.patience.stop();
    this.options.sink.stop();
    await this.subscription?.close();
    this.alarm?.cancel();
    await this.saving;
    await this.save();
  }

  private async take(batch: EventBatch): Promise<void> {
    const { partition, nextOffset } = batch;
    const events = this.admitted(batch);
    const isCaughtUp = nextOffset >= (this.ends.get(partition) ?? 0);
    try {
      const isDone = await this.options.sink.take(partition, events, isCaughtUp);
      this.events += events.length;
      if (isDone) this.keep(partition, nextOffset);
    } catch (error) {
      // The position stays where it is: the next start takes these events again.
      if (!(this.isStopped && error instanceof Stopped)) throw error;
    }
  }

  private admitted({ partition, events }: EventBatch): readonly StoredEvent[] {
    let fence = this.fences.get(partition) ?? { epoch: 0 };
    const admitted = events.filter(({ event }) => {
      const admission = admit(fence, event);
      if (admission.admitted) fence = admission.fence;
      return admission.admitted;
    });
    this.fences.set(partition, fence);
    return admitted;
  }

  private keep(partition: number, offset: number): void {
    const { clock } = this.options;
    this.unsaved.set(partition, { offset, epoch: this.fences.get(partition)?.epoch ?? 0 });
    this.alarm ??= clock.at(clock.now() + limits.checkpointMs, () => {
      this.saving = this.save().finally(() => {
        this.alarm = undefined;
        this.saving = undefined;
        // More came meanwhile, or the store was away.
        const [first] = this.unsaved;
        if (first !== undefined && !this.isStopped) this.keep(first[0], first[1].offset);
      });
    });
  }

  private async save(): Promise<void> {
    const { store, name, log } = this.options;
    const positions = [...this.unsaved];
    this.unsaved.clear();
    try {
      await Promise.all(positions.map(([partition, checkpoint]) => store.saveCheckpoint(name, partition, checkpoint)));
    } catch (error) {
      log.warn({ reader: name, error }, 'the position could not be saved; it is tried again');
      for (const [partition, checkpoint] of positions)
        if (!this.unsaved.has(partition)) this.unsaved.set(partition, checkpoint);
    }
  }
}
