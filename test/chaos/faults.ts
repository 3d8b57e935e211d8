/** What goes wrong, by chance. Each fault ends by itself; the next one may come before it has. */
import { setTimeout as pause } from 'node:timers/promises';

import type { Cluster, RoleName } from './cluster.js';

interface Fault {
  readonly name: string;
  /** How often, compared with the others. */
  readonly weight: number;
  /** Resolves when what it has broken works again, as far as it can tell. */
  strike(cluster: Cluster, chance: () => number): Promise<void>;
}

const end = (role: RoleName, signal: 'SIGKILL' | 'SIGTERM', weight: number): Fault => ({
  name: `${role} ${signal}`,
  weight,
  strike: async (cluster, chance) => {
    const pid = oneOf(cluster.pidsOf(role), chance);
    if (pid !== undefined) cluster.signal(pid, signal);
  },
});

/** It is taken for dead, and goes on as if nothing had been: an owner that has lost what it owns. */
const freeze = (role: RoleName, seconds: number, weight: number): Fault => ({
  name: `${role} frozen for ${seconds} s`,
  weight,
  strike: async (cluster, chance) => {
    const pid = oneOf(cluster.pidsOf(role), chance);
    if (pid === undefined) return;
    cluster.signal(pid, 'SIGSTOP');
    await pause(seconds * 1000);
    cluster.signal(pid, 'SIGCONT');
  },
});

type Server = Parameters<Cluster['servers']['kill']>[0];

const outage = (server: Server, seconds: number, weight: number): Fault => ({
  name: `${server} SIGKILL, back after ${seconds} s`,
  weight,
  strike: async ({ servers }) => {
    await servers.kill(server);
    await pause(seconds * 1000);
    await servers.start();
  },
});

type Bad = 'cut' | 'slow' | 'silence' | 'dropAnswers';

/** Of one broker as often as of all of them: a leader that is cut off is not the same as a network that is down. */
const way = (server: 'kafka' | 'mongo', bad: Bad, seconds: number, weight: number): Fault => ({
  name: `way to ${server}: ${bad}${seconds > 0 ? ` for ${seconds} s` : ''}`,
  weight,
  strike: async ({ ways }, chance) => {
    const one = oneOf(ways[server], chance);
    const struck = one !== undefined && chance() < 0.5 ? [one] : ways[server];
    if (bad === 'cut') for (const each of struck) each.cut();
    else await Promise.all(struck.map((each) => each[bad](seconds)));
  },
});

const faults: readonly Fault[] = [
  end('engine', 'SIGKILL', 5),
  end('engine', 'SIGTERM', 2),
  freeze('engine', 2, 1),
  freeze('engine', 9, 3),
  end('gateway', 'SIGKILL', 3),
  end('gateway', 'SIGTERM', 1),
  freeze('gateway', 3, 1),
  end('projector', 'SIGKILL', 2),
  freeze('projector', 9, 1),
  end('dispatcher', 'SIGKILL', 2),
  freeze('dispatcher', 9, 1),
  outage('kafka', 1, 1),
  outage('kafka-2', 1, 1),
  outage('kafka-3', 4, 1),
  outage('mongo', 3, 2),
  way('kafka', 'cut', 0, 2),
  way('kafka', 'slow', 3, 1),
  way('kafka', 'silence', 2, 1),
  way('kafka', 'dropAnswers', 1, 4),
  way('mongo', 'cut', 0, 1),
  way('mongo', 'silence', 3, 1),
  way('mongo', 'dropAnswers', 1, 2),
];

export function chooseFault(chance: () => number): Fault {
  const weights = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance() * weights;
  return faults.find(({ weight }) => (left -= weight) < 0) ?? (faults[0] as Fault);
}

function oneOf<T>(list: readonly T[], chance: () => number): T | undefined {
  return list[Math.floor(chance() * list.length)];
}
