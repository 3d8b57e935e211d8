/**
 * What a lane does with a batch of commands: bring into memory what they are about, decide one after the other, append the events of all at
 * once. It reads no clock (time stands in the commands) and asks nobody while it decides.
 */
import { type Command, DaCapoError, formatPosition, type Hash, isDaCapoError } from '@dacapo/contracts';
import {
  type DecideContext,
  type Decided,
  decide,
  isWorkflow,
  quarantine,
  refuse,
  type StreamState,
  type TakeGrant,
} from '@dacapo/engine';
import type { Claim, Decision, ReceivedCommand } from '@dacapo/ports';

import type { AfterAppend } from './after-append.js';
import type { DefinitionRegistry } from './definition-registry.js';
import type { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import type { Progress } from './recovery.js';

export interface LaneStats {
  commands: number;
  events: number;
  appends: number;
  repeats: number;
  quarantined: number;
}

interface Parts {
  readonly claim: Claim;
  readonly progress: Progress;
  readonly memory: LaneMemory;
  readonly after: AfterAppend;
  readonly registry: DefinitionRegistry;
  readonly hash: Hash;
  readonly log: Log;
  readonly stats: LaneStats;
  readonly grant?: TakeGrant;
}

const recordOverheadBytes = 128;

export class LaneWork {
  /** Nobody gets a task without asking whose definition limits it by now. */
  private readonly grant: DecideContext['grant'];

  constructor(private readonly parts: Parts) {
    const { grant, registry } = parts;
    this.grant =
      grant &&
      ((type, domains, name) => (registry.limitsOf(name) === undefined ? grant(type, domains, name) : undefined));
  }

  /** Decides all of them and resolves when the decisions are durable. */
  async work(commands: readonly ReceivedCommand[]): Promise<void> {
    let rest = commands;
    while (rest.length > 0) {
      // Anew for the rest: ended workflows may leave memory after each append.
      await this.prepare(rest);
      const { decisions, failed } = this.decideAll(rest);
      if (decisions.length > 0) await this.append(decisions);
      if (failed !== undefined) await this.setAside(failed.received, failed.error);
      rest = rest.slice(decisions.length + (failed === undefined ? 0 : 1));
    }
  }

  /** Everything a decision may ask for is in memory before the first one is made. */
  private async prepare(commands: readonly ReceivedCommand[]): Promise<void> {
    const { memory, registry } = this.parts;
    const needed: string[] = [];
    const digests = new Set<string>();
    for (const { command } of commands) {
      if (command.type === 'StartWorkflow') digests.add(command.data.definition);
      if (command.type === 'RestartWorkflow' && command.data.definition !== undefined)
        digests.add(command.data.definition);
      // The gateway has just made the id of a start that is not repeatable: nobody can have used it before.
      const isFresh = command.type === 'StartWorkflow' && command.repeatable !== true;
      if (!isFresh && memory.get(command.workflowId) === undefined) needed.push(command.workflowId);
    }
    if (needed.length > 0) await memory.fetch(needed);
    for (const id of needed) {
      const state = memory.get(id);
      if (state !== undefined && isWorkflow(state)) digests.add(state.definition);
    }
    const unknown = [...digests].filter((digest) => !registry.knows(digest));
    if (unknown.length > 0) await registry.whenAllKnown(unknown, limits.definitionWaitMs);
  }

  private decideAll(commands: readonly ReceivedCommand[]): {
    readonly decisions: readonly Decision[];
    readonly failed?: { readonly received: ReceivedCommand; readonly error: unknown };
  } {
    const decisions: Decision[] = [];
    for (const received of commands) {
      try {
        decisions.push(this.decideOne(received));
      } catch (error) {
        return { decisions, failed: { received, error } };
      }
    }
    return { decisions };
  }

  private decideOne(received: ReceivedCommand): Decision {
    const { progress, claim, stats } = this.parts;
    const { command } = received;
    stats.commands += 1;
    progress.time = Math.max(progress.time, received.time);
    if (command.repeatable === true && progress.ids.has(command.id)) {
      stats.repeats += 1;
      return { ...received, time: progress.time, events: [] };
    }
    const decided = decide(this.parts.memory.get(command.workflowId), command, this.context(received));
    checkSize(decided, claim.decisionBytesMax);
    return this.take(received, decided);
  }

  private context({ offset }: ReceivedCommand): DecideContext {
    const { grant } = this;
    const { claim, progress, hash, registry } = this.parts;
    return {
      now: progress.time,
      causation: formatPosition(claim.partition, offset),
      epoch: claim.epoch,
      hash,
      flow: (digest) => registry.flow(digest),
      ...(grant === undefined ? {} : { grant }),
    };
  }

  private take(received: ReceivedCommand, { state, events, grants }: Decided<StreamState>): Decision {
    const { progress, memory, stats } = this.parts;
    const { command } = received;
    if (command.repeatable === true) progress.ids.add(command.id, progress.time);
    if (state !== undefined) memory.set(state);
    stats.events += events.length;
    return {
      ...received,
      command: grants.length === 0 ? command : { ...command, grants },
      time: progress.time,
      events,
    };
  }

  private async append(decisions: readonly Decision[]): Promise<void> {
    const { claim, stats, after } = this.parts;
    const stored = await claim.append(decisions);
    stats.appends += 1;
    after.take(decisions, stored);
  }

  /**
   * The command did not lead to a decision: the state that it left behind is folded anew from the log. What is too large is refused; a
   * broken invariant marks the workflow. Neither stops the partition.
   */
  private async setAside(received: ReceivedCommand, error: unknown): Promise<void> {
    const { memory } = this.parts;
    const { command } = received;
    const { workflowId } = command;
    memory.drop(workflowId);
    await memory.fetch([workflowId]);
    const state = memory.get(workflowId);
    const context = this.context(received);
    const isTooLarge = isDaCapoError(error) && error.code === 'PAYLOAD_TOO_LARGE';
    if (!isTooLarge) this.reportDefect(command, error);
    // A timer has no sender who could do better.
    const decided =
      isTooLarge && command.type !== 'FireTimer'
        ? refuse(state, command, error, context)
        : quarantine(state, command, `${command.type} broke an invariant`, context);
    await this.append([this.take(received, decided)]);
  }

  private reportDefect({ workflowId, type }: Command, error: unknown): void {
    const { log, claim, stats } = this.parts;
    stats.quarantined += 1;
    log.error(
      { partition: claim.partition, workflowId, command: type, error },
      'a command broke an invariant; its workflow is quarantined',
    );
  }
}

/** Counted only when it may matter: a character has up to three bytes. */
function checkSize({ events }: Decided<StreamState>, bytesMax: number): void {
  const characters = events.reduce((sum, { text }) => sum + text.length, 0);
  if (characters * 3 <= bytesMax) return;
  const bytes = events.reduce((sum, { text }) => sum + Buffer.byteLength(text) + recordOverheadBytes, 0);
  if (bytes <= bytesMax) return;
  throw new DaCapoError(
    'PAYLOAD_TOO_LARGE',
    `What follows from the command has ${bytes} bytes, the log takes ${bytesMax} at once`,
  );
}
