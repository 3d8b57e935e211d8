import type { Clock } from '@dacapo/ports';

export const systemClock: Clock = {
  now: () => Date.now(),
  at: (time, call) => {
    const timer = setTimeout(call, time - Date.now());
    return { cancel: () => clearTimeout(timer) };
  },
};
