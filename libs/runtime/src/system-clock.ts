import type { Alarm, Clock } from '@dacapo/ports';

/** `setTimeout` fires at once beyond 2^31 milliseconds, so far alarms are set in steps. */
const stepMaxMs = 2_000_000_000;

export const systemClock: Clock = {
  now: () => Date.now(),

  at(time: number, call: () => void): Alarm {
    let timer: NodeJS.Timeout;
    const set = (): void => {
      const left = time - Date.now();
      timer = setTimeout(() => (Date.now() >= time ? call() : set()), Math.min(Math.max(left, 0), stepMaxMs));
    };
    set();
    return { cancel: () => clearTimeout(timer) };
  },
};
