/** What the operating system says of a process and all that it started: CPU milliseconds so far, and resident memory. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
}

const ticksPerSecond = 100;
const pageBytes = 4096;

export function usageOf(pid: number): Usage {
  let cpuMs = 0;
  let rssMb = 0;
  for (const member of family(pid)) {
    const stat = statOf(member);
    if (stat === undefined) continue;
    cpuMs += ((stat.userTicks + stat.systemTicks) * 1000) / ticksPerSecond;
    rssMb += (stat.rssPages * pageBytes) / 1024 / 1024;
  }
  return { cpuMs, rssMb };
}

interface Stat {
  readonly parent: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly rssPages: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return {
      parent: fields[1] ?? 0,
      userTicks: fields[11] ?? 0,
      systemTicks: fields[12] ?? 0,
      rssPages: fields[21] ?? 0,
    };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function family(pid: number): ReadonlySet<number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) parents.set(Number(name), stat.parent);
  }
  const members = new Set([pid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [child, parent] of parents) {
      if (!members.has(parent) || members.has(child)) continue;
      members.add(child);
      grown = true;
    }
  }
  return members;
}
