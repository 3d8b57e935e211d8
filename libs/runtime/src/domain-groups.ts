/**
 * Ready tasks that may be offered in one of several domains (contract 5.15): those with the same type and the same list wait together. Which
 * domain it is is decided whenever somebody asks, so nothing has to be moved when a worker comes or goes.
 */
import type { TaskDocument } from '@dacapo/contracts';
import { choicesOf } from '@dacapo/engine';

import { limits } from './limits.js';
import { ReadyQueue } from './ready-queue.js';

type Domain = string | undefined;

interface Group {
  readonly domains: readonly Domain[];
  readonly tasks: ReadyQueue;
}

export class DomainGroups {
  /** By type, then by list. */
  private readonly groups = new Map<string, Map<string, Group>>();
  /** When a type was last asked for in a domain; the one asked for longest ago comes first. */
  private readonly polls = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  polled(queue: string, domain: Domain): void {
    const key = keyOf(queue, domain);
    this.polls.delete(key);
    this.polls.set(key, this.now());
    if (this.polls.size > limits.pollData) this.polls.delete(this.polls.keys().next().value ?? '');
  }

  /** The first that was polled of late, otherwise the last. */
  chosen(queue: string, domains: readonly Domain[]): Domain {
    const since = this.now() - limits.activeDomainMs;
    const isActive = (domain: Domain): boolean => (this.polls.get(keyOf(queue, domain)) ?? -Infinity) >= since;
    const index = domains.findIndex(isActive);
    return domains.at(index);
  }

  /** The tasks that are offered in the domain now. */
  at(queue: string, domain: Domain): readonly ReadyQueue[] {
    const groups = this.groups.get(queue);
    if (groups === undefined) return [];
    return [...groups.values()]
      .filter(({ domains }) => this.chosen(queue, domains) === domain)
      .map(({ tasks }) => tasks);
  }

  /** Where the task is offered now. */
  push(queue: string, task: TaskDocument): Domain {
    const groups = this.groups.get(queue) ?? new Map<string, Group>();
    this.groups.set(queue, groups);
    const key = listKey(task);
    const group = groups.get(key) ?? { domains: choicesOf(task), tasks: new ReadyQueue() };
    groups.set(key, group);
    group.tasks.push(task.taskId, task.workflowPriority);
    return this.chosen(queue, group.domains);
  }

  remove(queue: string, task: TaskDocument): void {
    const groups = this.groups.get(queue);
    const group = groups?.get(listKey(task));
    group?.tasks.remove(task.taskId);
    if (group?.tasks.size === 0) groups?.delete(listKey(task));
    if (groups?.size === 0) this.groups.delete(queue);
  }

  /** How many tasks are offered where, by the name of the queue. */
  *sizes(): Generator<readonly [key: string, size: number]> {
    for (const [queue, groups] of this.groups) {
      for (const { domains, tasks } of groups.values()) yield [keyOf(queue, this.chosen(queue, domains)), tasks.size];
    }
  }
}

function listKey({ domains = [] }: TaskDocument): string {
  return domains.join();
}

/** The name under which Conductor's clients know a queue (contract 5.15). */
export function keyOf(queue: string, domain: Domain): string {
  return domain === undefined ? queue : `${domain}:${queue}`;
}
