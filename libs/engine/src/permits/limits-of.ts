/** What a task's definition limits over all workflows, or undefined when it limits nothing. */
import type { Limits } from '@dacapo/contracts';
import type { TaskDef } from '@dacapo/definitions';

export function limitsOf(taskDef: TaskDef | undefined): Limits | undefined {
  const concurrent = taskDef?.concurrentExecLimit ?? 0;
  const rate = taskDef?.rateLimitPerFrequency ?? 0;
  const rateSeconds = taskDef?.rateLimitFrequencyInSeconds ?? 0;
  const hasRate = rate > 0 && rateSeconds > 0;
  if (concurrent <= 0 && !hasRate) return undefined;
  return { ...(concurrent > 0 ? { concurrent } : {}), ...(hasRate ? { rate, rateSeconds } : {}) };
}
