/**
 * What happens once decisions are durable: alarms are set, reactions are sent, ended workflows leave memory. Never before the acknowledgement.
 * (Callers are answered by whoever follows the events log: answers.ts.)
 */
import { isEnded, isWorkflow, nextDue, type Reaction, reactions, type StreamState } from '@dacapo/engine';
import { type Alarm, type Clock, type Decision, reachCrashPoint, type StoredEvent } from '@dacapo/ports';

import type { Alarms } from './alarms.js';
import type { Confirmations } from './confirmations.js';
import type { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import type { Log } from './log.js';
import type { ReactionSender } from './reaction-sender.js';
import type { Progress } from './recovery.js';

interface Parts {
  readonly memory: LaneMemory;
  readonly alarms: Alarms;
  readonly sender: ReactionSender;
  readonly progress: Progress;
  readonly confirmations: Confirmations;
  readonly clock: Clock;
  readonly log: Log;
}

export class AfterAppend {
  /** Sends that are under way, with the offset of the first event that caused them: a checkpoint must not pass it. */
  private readonly sending = new Map<Promise<void>, number>();
  private stopped = false;
  private pause: Alarm | undefined;

  constructor(private readonly parts: Parts) {}

  /** Up to here everything that follows from the events has been sent and cannot be lost. */
  get safeOffset(): number {
    let offset = this.parts.progress.eventOffset;
    for (const first of this.sending.values()) offset = Math.min(offset, first);
    return offset;
  }

  take(decisions: readonly Decision[], stored: readonly (readonly StoredEvent[])[]): void {
    reachCrashPoint('acknowledge:before');
    const { progress, confirmations } = this.parts;
    const follow: Reaction[] = [];
    const from = progress.eventOffset;
    for (const [index, decision] of decisions.entries()) {
      progress.commandOffset = decision.offset + 1;
      const events = stored[index] ?? [];
      const state = this.parts.memory.get(decision.command.workflowId);
      if (state !== undefined) this.setAlarm(decision, state);
      for (const { event, offset } of events) {
        progress.eventOffset = offset + 1;
        progress.last = { offset, hash: event.hash };
        follow.push(...reactions(event, state));
      }
    }
    for (const { command } of decisions) {
      const state = this.parts.memory.get(command.workflowId);
      if (state !== undefined) this.parts.memory.release(state);
    }
    for (const { command } of decisions) confirmations.decided(command.id);
    if (follow.length > 0) this.send(follow, from);
    reachCrashPoint('acknowledge:after');
  }

  /** Sends again what a recovery found; the lane does not wait for it. */
  resend(found: readonly Reaction[], fromOffset: number): void {
    if (found.length > 0) this.send(found, fromOffset);
  }

  stop(): void {
    this.stopped = true;
    this.pause?.cancel();
  }

  private send(follow: readonly Reaction[], fromOffset: number): void {
    const sending = this.sendUntilDone(follow).finally(() => this.sending.delete(sending));
    this.sending.set(sending, fromOffset);
  }

  private async sendUntilDone(follow: readonly Reaction[]): Promise<void> {
    while (!this.stopped) {
      try {
        return await this.parts.sender.send(follow);
      } catch (error) {
        this.parts.log.warn(
          { error, messages: follow.length },
          'messages to other workflows could not be sent; they are sent again',
        );
        await this.wait(limits.retryMs);
      }
    }
  }

  private wait(ms: number): Promise<void> {
    const { clock } = this.parts;
    return new Promise((resolve) => {
      this.pause = clock.at(clock.now() + ms, resolve);
    });
  }

  /** Every decision may bring its next moment forward, or put it off. */
  private setAlarmOfLimit(state: StreamState, isRefused: boolean, time: number): void {
    const { alarms } = this.parts;
    const due = nextDue(state);
    if (due === undefined) alarms.clear(state.workflowId);
    else alarms.set(state.workflowId, isRefused ? Math.max(due, time + limits.timerSkewMs) : due);
  }

  /** The alarm is lowered by what the events set; only a timer that fired, or a resume, makes a look at all of them necessary. */
  private setAlarm({ command, events, time }: Decision, state: StreamState): void {
    const { alarms } = this.parts;
    if (!isWorkflow(state)) return this.setAlarmOfLimit(state, events[0]?.event.type === 'CommandRejected', time);
    if (isEnded(state.status)) return alarms.clear(state.workflowId);
    if (command.type === 'FireTimer' || command.type === 'ResumeWorkflow') {
      const due = nextDue(state);
      // By the log's clock it was not due yet: a little later it will be.
      const isRefused = events[0]?.event.type === 'CommandRejected';
      if (due !== undefined) alarms.set(state.workflowId, isRefused ? Math.max(due, time + limits.timerSkewMs) : due);
      return;
    }
    for (const { event } of events) {
      const timers = 'timers' in event.data ? event.data.timers : undefined;
      if (timers === undefined) continue;
      for (const due of Object.values(timers)) alarms.lower(state.workflowId, due);
    }
  }
}
