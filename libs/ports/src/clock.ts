/** Wall-clock time. Only edges and journals read it; decisions get time from their command. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls once at `time` or as soon as possible after it, never before. */
  at(time: number, call: () => void): Alarm;
}

export interface Alarm {
  cancel(): void;
}
