/** The alarms of a lane's workflows: when one rings, FireTimer is sent; those of workflows that are not in memory are read from the snapshots. */
import { type Clock, type Journal, reachCrashPoint, type SnapshotStore } from '@dacapo/ports';

import { Alarms } from './alarms.js';
import type { LaneMemory } from './lane-memory.js';
import { limits } from './limits.js';
import type { Log } from './log.js';

interface Parts {
  readonly partition: number;
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly log: Log;
}

export function makeLaneAlarms({ journal, snapshots, partition, clock, log }: Parts, memory: LaneMemory): Alarms {
  const alarms: Alarms = new Alarms(
    clock,
    (workflowIds) => {
      reachCrashPoint('timer:before');
      const due = clock.now();
      const commands = workflowIds.map(
        (workflowId) =>
          ({ type: 'FireTimer', version: 1, id: `timer:${workflowId}:${due}`, workflowId, data: { due } }) as const,
      );
      journal.send(commands).then(
        () => reachCrashPoint('timer:after'),
        (error: unknown) => {
          log.warn({ partition, error }, 'timers could not be sent; they are tried again');
          for (const workflowId of workflowIds) alarms.lower(workflowId, clock.now() + limits.retryMs);
        },
      );
    },
    (before) => {
      snapshots.due(partition, before, limits.dueTimers).then(
        (due) => {
          for (const { workflowId, due: time } of due)
            if (memory.get(workflowId) === undefined && !memory.isOutdated(workflowId)) alarms.lower(workflowId, time);
        },
        (error: unknown) => log.warn({ partition, error }, 'far timers could not be read; they are looked for again'),
      );
    },
  );
  return alarms;
}
