/** For the crash-point walk only: `DACAPO_CRASH_AT=append:after:17` ends the process by SIGKILL when that point is reached the 17th time. */
import { armCrashPoints, type CrashPointName, crashPointNames } from '@dacapo/ports';

export interface CrashAt {
  readonly name: CrashPointName;
  readonly count: number;
}

export function parseCrashAt(text: string): CrashAt {
  const separator = text.lastIndexOf(':');
  const name = crashPointNames.find((known) => known === text.slice(0, separator));
  const count = Number(text.slice(separator + 1));
  if (name === undefined || !Number.isInteger(count) || count < 1) throw new Error(`No such crash point: ${text}`);
  return { name, count };
}

export function armCrash({ name, count }: CrashAt): void {
  let left = count;
  armCrashPoints((reached) => {
    if (reached === name && --left === 0) process.kill(process.pid, 'SIGKILL');
  });
}
