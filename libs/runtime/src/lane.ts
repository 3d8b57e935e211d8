/**
 * The ordered work of one partition, from its claim to its end: recover, then take all commands that wait, have them decided and appended
 * (lane-work.ts), and go on. What follows from durable decisions is after-append.ts.
 */
import type { Hash } from '@dacapo/contracts';
import { nextDue, type TakeGrant } from '@dacapo/engine';
import {
  type Clock,
  type Journal,
  type PartitionAssignment,
  reachCrashPoint,
  type ScriptSandbox,
  type SnapshotStore,
} from '@dacapo/ports';

import { AfterAppend } from './after-append.js';
import type { CachedOutputs } from './cached-outputs.js';
import { Checkpointer } from './checkpointer.js';
import type { Confirmations } from './confirmations.js';
import type { DefinitionRegistry } from './definition-registry.js';
import { HandOver } from './hand-over.js';
import { makeLaneAlarms } from './lane-alarms.js';
import { LaneMemory, type Locate } from './lane-memory.js';
import { type LaneStats, LaneWork } from './lane-work.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { ReactionSender } from './reaction-sender.js';
import { checkCheckpoint, recover } from './recovery.js';

export interface LaneOptions {
  readonly partition: number;
  readonly owner: string;
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly registry: DefinitionRegistry;
  readonly clock: Clock;
  readonly hash: Hash;
  readonly log: Log;
  readonly confirmations: Confirmations;
  /** Where a workflow's events lie, for a log without an index by workflow. */
  readonly locate?: Locate;
  /** Where scripts run that the engine does not run itself; without one they fail. */
  readonly sandbox?: ScriptSandbox;
  /** Where outputs are kept for others; without it every task is done. */
  readonly outputs?: CachedOutputs;
  /** Parked polls of this process, when it has some. */
  readonly grant?: TakeGrant;
  /** Where others may own the partition too. */
  readonly assignment?: PartitionAssignment;
  /** The process has owned the partition before, and may have lost it. */
  readonly isAgain?: boolean;
}

export class Lane {
  readonly stats: LaneStats = { commands: 0, events: 0, appends: 0, repeats: 0, quarantined: 0 };
  private readonly memory: LaneMemory;
  private readonly sender: ReactionSender;
  private stopping = false;
  private readonly handOver: HandOver;
  private closeSource: (() => Promise<void>) | undefined;

  constructor(private readonly options: LaneOptions) {
    const { journal, snapshots, registry, log } = options;
    this.memory = new LaneMemory(
      journal,
      snapshots,
      { statesMax: limits.laneStates, endedMax: limits.laneEnded },
      options.locate,
    );
    this.handOver = new HandOver(options);
    this.sender = new ReactionSender(journal, registry, options.confirmations, log, options.sandbox, options.outputs);
  }

  /** Works until `stop` or a failure; `onReady` is called when the lane has recovered and takes commands. */
  async run(onReady: () => void): Promise<void> {
    const { partition, owner, journal, snapshots, log } = this.options;
    const checkpoint = await this.handOver.checkpoint();
    if (checkpoint === undefined) return;
    await checkCheckpoint(journal, partition, checkpoint);
    reachCrashPoint('claim:before');
    const claim = await journal.claim(partition, owner, { offset: checkpoint.eventOffset, epoch: checkpoint.epoch });
    reachCrashPoint('claim:after');
    const { progress, reactions, decided } = await recover(claim, checkpoint, this.memory);
    for (const id of decided) this.options.confirmations.decided(id);
    const alarms = makeLaneAlarms(this.options, this.memory);
    const after = new AfterAppend({
      memory: this.memory,
      alarms,
      sender: this.sender,
      progress,
      confirmations: this.options.confirmations,
      clock: this.options.clock,
      log,
    });
    const checkpointer = new Checkpointer({
      partition,
      owner,
      epoch: claim.epoch,
      since: checkpoint,
      snapshots,
      memory: this.memory,
      alarms,
      after,
      progress,
      clock: this.options.clock,
      log,
    });
    const { memory, stats } = this;
    const work = new LaneWork({ ...this.options, claim, progress, memory, after, stats });
    const source = claim.commands(progress.commandOffset);
    this.closeSource = () => source.close();
    try {
      after.resend(reactions, checkpoint.eventOffset);
      this.memory.forEach((state) => {
        const due = nextDue(state);
        if (due !== undefined) alarms.lower(state.workflowId, due);
        this.memory.release(state);
      });
      alarms.start();
      checkpointer.start();
      onReady();
      while (!this.stopping) {
        const commands = await source.take(limits.laneBatch);
        if (commands.length === 0) break;
        await work.work(commands);
        await checkpointer.saveIfDue();
      }
      await checkpointer.letGo();
    } finally {
      alarms.stop();
      checkpointer.stop();
      after.stop();
      await source.close();
      await claim.release();
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.handOver.cancel();
    await this.closeSource?.();
  }
}
