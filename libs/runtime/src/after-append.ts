/**
 * What happens once decisions are durable: alarms are set, reactions are sent, ended workflows leave memory. Never before the acknowledgement.
 * (Callers are answered by whoever follows the events log: answers.ts.)
 */
import { isEnded, nextDue, type Reaction, reactions, type WorkflowState } from '@dacapo/engine';
import { type Alarm, type Clock, type Decision, reachCrashPoint, type StoredEvent } from '@dacapo/ports';

import type { Alarms } from './alarms.js';
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
  readonly clock: Clock;
  readonly log: Log;
}

export class AfterAppend {
  /** Sends that are under way; the checkpoint must not pass the events that caused them. */
  private readonly sending = new Set<Promise<void>>();
  private stopped = false;
  private pause: Alarm | undefined;

  constructor(private readonly parts: Parts) {}

  /** True when everything that follows from the events so far has been sent. */
  get isSettled(): boolean {
    return this.sending.size === 0;
  }

  async settled(): Promise<void> {
    await Promise.all(this.sending);
  }

  take(decisions: readonly Decision[], stored: readonly (readonly StoredEvent[])[]): void {
    reachCrashPoint('acknowledge:before');
    const { progress } = this.parts;
    const follow: Reaction[] = [];
    for (const [index, decision] of decisions.entries()) {
      progress.commandOffset = decision.offset + 1;
      const events = stored[index] ?? [];
      const state = this.parts.memory.get(decision.command.workflowId);
      if (state !== undefined) this.setAlarm(decision, state);
      for (const { event, offset } of events) {
        progress.eventOffset = offset + 1;
        progress.last = { offset, hash: event.hash };
        if (state !== undefined) follow.push(...reactions(event, state));
      }
    }
    for (const { command } of decisions) {
      const state = this.parts.memory.get(command.workflowId);
      if (state !== undefined && isEnded(state.status)) this.parts.memory.release(state);
    }
    if (follow.length > 0) this.send(follow);
    reachCrashPoint('acknowledge:after');
  }

  /** Sends again what a recovery found; the lane does not wait for it. */
  async resend(found: readonly Reaction[]): Promise<void> {
    if (found.length > 0) this.send(found);
    await Promise.resolve();
  }

  stop(): void {
    this.stopped = true;
    this.pause?.cancel();
  }

  private send(follow: readonly Reaction[]): void {
    const sending = this.sendUntilDone(follow).finally(() => this.sending.delete(sending));
    this.sending.add(sending);
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

  /** The alarm is lowered by what the events set; only a timer that fired, or a resume, makes a look at all of them necessary. */
  private setAlarm({ command, events, time }: Decision, state: WorkflowState): void {
    const { alarms } = this.parts;
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
