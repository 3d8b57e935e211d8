import type { Alarm, Clock } from '@dacapo/ports';

interface Pending {
  readonly time: number;
  readonly call: () => void;
}

/** A clock that a test moves by hand. Alarms go off in the order of their times, each with the clock standing at its time. */
export class VirtualClock implements Clock {
  /** Sorted by time; of the same time the earlier set one first. */
  private readonly pending: Pending[] = [];

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  at(time: number, call: () => void): Alarm {
    const alarm: Pending = { time, call };
    const place = this.pending.findLastIndex((each) => each.time <= time) + 1;
    this.pending.splice(place, 0, alarm);
    // What is due already goes off without a move, but not inside this call: real clocks do not do that either.
    if (time <= this.time) queueMicrotask(() => this.fire(alarm));
    return { cancel: () => void this.take(alarm) };
  }

  /** When the next alarm goes off; undefined when none is set. */
  get next(): number | undefined {
    return this.pending[0]?.time;
  }

  advance(milliseconds: number): void {
    this.moveTo(this.time + milliseconds);
  }

  /** Forward: every alarm on the way goes off. Back: none does, like a wall clock that is set. */
  moveTo(time: number): void {
    for (let first = this.pending[0]; first !== undefined && first.time <= time; first = this.pending[0]) {
      this.time = Math.max(this.time, first.time);
      this.fire(first);
    }
    this.time = time;
  }

  private fire(alarm: Pending): void {
    if (this.take(alarm)) alarm.call();
  }

  private take(alarm: Pending): boolean {
    const place = this.pending.indexOf(alarm);
    if (place < 0) return false;
    this.pending.splice(place, 1);
    return true;
  }
}
