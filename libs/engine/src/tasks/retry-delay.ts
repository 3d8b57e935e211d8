import type { TaskDef } from '@dacapo/definitions';

const secondsMax = 2_147_483_647;

/**
 * Whole seconds until the next attempt (contract 5.7). `retryCount` is that of the attempt that failed, 0 for the first.
 * Doubling instead of a power: engines may round `**` differently.
 */
export function retryDelaySeconds(taskDef: TaskDef, retryCount: number): number {
  const delay = Math.min(backOff(taskDef, retryCount), secondsMax);
  return taskDef.maxRetryDelaySeconds > 0 ? Math.min(delay, taskDef.maxRetryDelaySeconds) : delay;
}

function backOff({ retryLogic, retryDelaySeconds: delay, backoffScaleFactor }: TaskDef, retryCount: number): number {
  switch (retryLogic) {
    case 'FIXED':
      return delay;
    case 'LINEAR_BACKOFF':
      return delay * backoffScaleFactor * (retryCount + 1);
    case 'EXPONENTIAL_BACKOFF':
      return doubled(delay, retryCount);
    default:
      return retryLogic satisfies never;
  }
}

function doubled(delay: number, times: number): number {
  let result = delay;
  for (let i = 0; i < times && result < secondsMax; i++) result *= 2;
  return result;
}
