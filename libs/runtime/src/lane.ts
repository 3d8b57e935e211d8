/**
 * The ordered work of one partition: take all commands that wait, decide them one after the other, append the events of all at once, answer
 * after the acknowledgement. It reads no clock (time stands in the commands) and asks nobody while it decides.
 */
import { type Command, DaCapoError, type Grant, type Hash, isDaCapoError } from '@dacapo/contracts';
import { type DecideContext, type Decided, decide, nextDue, quarantine, refuse } from '@dacapo/engine';
import {
  type Claim,
  type Clock,
  type Decision,
  type Journal,
  reachCrashPoint,
  type ReceivedCommand,
  type SnapshotStore,
} from '@dacapo/ports';

import { AfterAppend } from './after-append.js';
import { Alarms } from './alarms.js';
import { Checkpointer } from './checkpointer.js';
import type { Confirmations } from './confirmations.js';
import type { DefinitionRegistry } from './definition-registry.js';
import { LaneMemory, type Locate } from './lane-memory.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import { ReactionSender } from './reaction-sender.js';
import { checkCheckpoint, noCheckpoint, type Progress, recover } from './recovery.js';

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
  /** Parked polls of this process, when it has some. */
  readonly grant?: (taskType: string, domain: string | undefined) => Grant | undefined;
}

export interface LaneStats {
  commands: number;
  events: number;
  appends: number;
  repeats: number;
  quarantined: number;
}

export class Lane {
  readonly stats: LaneStats = { commands: 0, events: 0, appends: 0, repeats: 0, quarantined: 0 };
  private readonly memory: LaneMemory;
  private readonly sender: ReactionSender;
  private claim: Claim | undefined;
  private stopping = false;
  private closeSource: (() => Promise<void>) | undefined;

  constructor(private readonly options: LaneOptions) {
    const { journal, snapshots, registry, log } = options;
    this.memory = new LaneMemory(
      journal,
      snapshots,
      { statesMax: limits.laneStates, endedMax: limits.laneEnded },
      options.locate,
    );
    this.sender = new ReactionSender(journal, registry, options.confirmations, log);
  }

  /** Works until `stop` or a failure; `onReady` is called when the lane has recovered and takes commands. */
  async run(onReady: () => void): Promise<void> {
    const { partition, owner, journal, snapshots, log } = this.options;
    const checkpoint = (await snapshots.checkpoint(partition)) ?? noCheckpoint;
    await checkCheckpoint(journal, partition, checkpoint);
    reachCrashPoint('claim:before');
    const claim = await journal.claim(partition, owner, { offset: checkpoint.eventOffset, epoch: checkpoint.epoch });
    this.claim = claim;
    reachCrashPoint('claim:after');
    const { progress, reactions, decided } = await recover(claim, checkpoint, this.memory);
    for (const id of decided) this.options.confirmations.decided(id);
    const alarms = this.makeAlarms();
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
        await this.work(commands, claim, progress, after);
        await checkpointer.saveIfDue();
      }
      await checkpointer.save();
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
    await this.closeSource?.();
  }

  private makeAlarms(): Alarms {
    const { journal, snapshots, partition, clock, log } = this.options;
    const alarms: Alarms = new Alarms(
      clock,
      (workflowIds) => {
        reachCrashPoint('timer:before');
        const due = clock.now();
        const commands = workflowIds.map(
          (workflowId) =>
            ({ type: 'FireTimer', version: 1, id: `timer:${workflowId}:${due}`, workflowId, data: { due } }) as const,
        );
        journal.send(commands).then(
          () => reachCrashPoint('timer:after'),
          (error: unknown) => {
            log.warn({ partition, error }, 'timers could not be sent; they are tried again');
            for (const workflowId of workflowIds) alarms.lower(workflowId, clock.now() + limits.retryMs);
          },
        );
      },
      (before) => {
        snapshots.due(partition, before, limits.dueTimers).then(
          (due) => {
            for (const { workflowId, due: time } of due)
              if (this.memory.get(workflowId) === undefined && !this.memory.isOutdated(workflowId))
                alarms.lower(workflowId, time);
          },
          (error: unknown) => log.warn({ partition, error }, 'far timers could not be read; they are looked for again'),
        );
      },
    );
    return alarms;
  }

  private async work(
    commands: readonly ReceivedCommand[],
    claim: Claim,
    progress: Progress,
    after: AfterAppend,
  ): Promise<void> {
    let rest = commands;
    while (rest.length > 0) {
      // Anew for the rest: ended workflows may leave memory after each append.
      await this.prepare(rest);
      const { decisions, failed } = this.decideAll(rest, claim, progress);
      if (decisions.length > 0) await this.append(decisions, claim, after);
      if (failed !== undefined) await this.setAside(failed.received, failed.error, claim, progress, after);
      rest = rest.slice(decisions.length + (failed === undefined ? 0 : 1));
    }
  }

  /** Everything a decision may ask for is in memory before the first one is made. */
  private async prepare(commands: readonly ReceivedCommand[]): Promise<void> {
    const needed: string[] = [];
    const digests = new Set<string>();
    for (const { command } of commands) {
      if (command.type === 'StartWorkflow') digests.add(command.data.definition);
      // The gateway has just made the id of a start that is not repeatable: nobody can have used it before.
      const isFresh = command.type === 'StartWorkflow' && command.repeatable !== true;
      if (!isFresh && this.memory.get(command.workflowId) === undefined) needed.push(command.workflowId);
    }
    if (needed.length > 0) await this.memory.fetch(needed);
    for (const id of needed) {
      const state = this.memory.get(id);
      if (state !== undefined) digests.add(state.definition);
    }
    const unknown = [...digests].filter((digest) => !this.options.registry.knows(digest));
    if (unknown.length > 0) await this.options.registry.whenAllKnown(unknown, limits.definitionWaitMs);
  }

  private decideAll(
    commands: readonly ReceivedCommand[],
    claim: Claim,
    progress: Progress,
  ): {
    readonly decisions: readonly Decision[];
    readonly failed?: { readonly received: ReceivedCommand; readonly error: unknown };
  } {
    const decisions: Decision[] = [];
    for (const received of commands) {
      try {
        decisions.push(this.decideOne(received, claim, progress));
      } catch (error) {
        return { decisions, failed: { received, error } };
      }
    }
    return { decisions };
  }

  private decideOne(received: ReceivedCommand, claim: Claim, progress: Progress): Decision {
    const { command } = received;
    this.stats.commands += 1;
    progress.time = Math.max(progress.time, received.time);
    if (command.repeatable === true && progress.ids.has(command.id)) {
      this.stats.repeats += 1;
      return { ...received, time: progress.time, events: [] };
    }
    const decided = decide(this.memory.get(command.workflowId), command, this.context(received, claim, progress));
    checkSize(decided, claim.decisionBytesMax);
    return this.take(received, decided, progress);
  }

  private context({ offset }: ReceivedCommand, claim: Claim, progress: Progress): DecideContext {
    const { partition, hash, registry, grant } = this.options;
    return {
      now: progress.time,
      causation: `${partition}:${offset}`,
      epoch: claim.epoch,
      hash,
      flow: (digest) => registry.flow(digest),
      ...(grant === undefined ? {} : { grant }),
    };
  }

  private take(received: ReceivedCommand, { state, events, grants }: Decided, progress: Progress): Decision {
    const { command } = received;
    if (command.repeatable === true) progress.ids.add(command.id, progress.time);
    if (state !== undefined) this.memory.set(state);
    this.stats.events += events.length;
    return {
      ...received,
      command: grants.length === 0 ? command : { ...command, grants },
      time: progress.time,
      events,
    };
  }

  private async append(decisions: readonly Decision[], claim: Claim, after: AfterAppend): Promise<void> {
    const stored = await claim.append(decisions);
    this.stats.appends += 1;
    after.take(decisions, stored);
  }

  /**
   * The command did not lead to a decision: the state that it left behind is folded anew from the log. What is too large is refused; a
   * broken invariant marks the workflow. Neither stops the partition.
   */
  private async setAside(
    received: ReceivedCommand,
    error: unknown,
    claim: Claim,
    progress: Progress,
    after: AfterAppend,
  ): Promise<void> {
    const { command } = received;
    const { workflowId } = command;
    this.memory.drop(workflowId);
    await this.memory.fetch([workflowId]);
    const state = this.memory.get(workflowId);
    const context = this.context(received, claim, progress);
    const isTooLarge = isDaCapoError(error) && error.code === 'PAYLOAD_TOO_LARGE';
    if (!isTooLarge) this.reportDefect(command, error);
    // A timer has no sender who could do better.
    const decided =
      isTooLarge && command.type !== 'FireTimer'
        ? refuse(state, command, error, context)
        : quarantine(state, command, `${command.type} broke an invariant`, context);
    await this.append([this.take(received, decided, progress)], claim, after);
  }

  private reportDefect({ workflowId, type }: Command, error: unknown): void {
    const { log, partition } = this.options;
    this.stats.quarantined += 1;
    log.error(
      { partition, workflowId, command: type, error },
      'a command broke an invariant; its workflow is quarantined',
    );
  }
}

/** Counted only when it may matter: a character has up to three bytes. */
function checkSize({ events }: Decided, bytesMax: number): void {
  const characters = events.reduce((sum, { text }) => sum + text.length, 0);
  if (characters * 3 <= bytesMax) return;
  const bytes = events.reduce((sum, { text }) => sum + Buffer.byteLength(text) + recordOverheadBytes, 0);
  if (bytes <= bytesMax) return;
  throw new DaCapoError(
    'PAYLOAD_TOO_LARGE',
    `What follows from the command has ${bytes} bytes, the log takes ${bytesMax} at once`,
  );
}

const recordOverheadBytes = 128;
