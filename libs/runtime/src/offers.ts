/**
 * Polls that wait in this process are offered to the commands that it sends: the decision that schedules a task can start it for one of them,
 * which spares the claim. Where lanes run elsewhere that is a way through two topics. What the decision leaves is taken back when it is seen.
 */
import type { Command, Grant, TaskDocument } from '@dacapo/contracts';
import { domainsOf, type Follower, followersOf } from '@dacapo/engine';
import type { Alarm, Clock, StoredEvent } from '@dacapo/ports';

import type { DefinitionRegistry } from './definition-registry.js';
import type { FeedListener } from './event-feed.js';
import { limits } from './limits.js';
import type { ReadyIndex } from './ready-index.js';

interface Open {
  /** Polls that are promised still. */
  readonly polls: Set<string>;
  readonly until: number;
}

/** Where a task stands that was handed out here. */
type Known = Pick<TaskDocument, 'definition' | 'domain'> & { readonly reference: string };

type Registry = Pick<DefinitionRegistry, 'knows' | 'flow' | 'limitsOf'>;

export class Offers implements FeedListener {
  /** By command id, the oldest in front. */
  private readonly open = new Map<string, Open>();
  /** By the causation of a decision whose events are coming in. */
  private readonly seen = new Map<string, Open>();
  private readonly tasks = new Map<string, Known>();
  private sweep: Alarm | undefined;
  /** Polls offered since the start, and how many of them got a task. */
  made = 0;
  taken = 0;

  constructor(
    private readonly ready: ReadyIndex,
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  /** The result of this task will come here, most likely. */
  handedOut({ taskId, definition, referenceTaskName, scope = '', domain, fork }: TaskDocument): void {
    if (fork !== undefined) return;
    const reference = referenceTaskName.slice(0, referenceTaskName.length - scope.length);
    this.tasks.set(taskId, { definition, reference, ...(domain === undefined ? {} : { domain }) });
    if (this.tasks.size > limits.offeredTasks) this.tasks.delete(this.tasks.keys().next().value ?? '');
  }

  /** The command with what is offered to it. */
  offer(command: Command): Command {
    const offers = this.offersFor(command);
    if (offers.length === 0) return command;
    this.made += offers.length;
    const until = this.clock.now() + limits.offerMs;
    this.open.set(command.id, { polls: new Set(offers.map(({ pollId }) => pollId)), until });
    this.sweep ??= this.clock.at(until, () => this.giveUp());
    return { ...command, offers };
  }

  onEvent({ event }: StoredEvent): void {
    if (event.commandId !== undefined) {
      const open = this.open.get(event.commandId);
      if (open !== undefined) this.seen.set(event.causation, open);
      this.open.delete(event.commandId);
    }
    if (event.type !== 'TaskStarted' || event.data.pollId === undefined) return;
    if (this.seen.get(event.causation)?.polls.delete(event.data.pollId) === true) this.taken += 1;
  }

  onBatchEnd(): void {
    for (const { polls } of this.seen.values()) this.takeBack(polls);
    this.seen.clear();
  }

  stop(): void {
    this.sweep?.cancel();
  }

  private offersFor(command: Command): readonly Grant[] {
    if (command.type === 'StartWorkflow') {
      const { definition, taskToDomain } = command.data;
      return this.offersTo(definition, undefined, (queue) =>
        taskToDomain === undefined ? undefined : domainsOf({ taskToDomain }, queue).domain,
      );
    }
    if (command.type !== 'CompleteTask') return [];
    const { taskId } = command.data;
    const known = this.tasks.get(taskId);
    this.tasks.delete(taskId);
    // A domain is often meant for all types of a workflow; where it is not, the task goes the longer way.
    return known === undefined ? [] : this.offersTo(known.definition, known.reference, () => known.domain);
  }

  private offersTo(
    definition: string,
    reference: string | undefined,
    domainOf: (queue: string) => string | undefined,
  ): readonly Grant[] {
    const flow = this.registry.knows(definition) ? this.registry.flow(definition) : undefined;
    if (flow === undefined) return [];
    return followersOf(flow, reference).flatMap((follower) => this.offerTo(follower, domainOf(follower.queue)) ?? []);
  }

  private offerTo({ queue, taskDefName }: Follower, domain: string | undefined): Grant | undefined {
    return this.registry.limitsOf(taskDefName) === undefined ? this.ready.offer(queue, domain) : undefined;
  }

  private takeBack(polls: ReadonlySet<string>): void {
    for (const pollId of polls) this.ready.withdraw(pollId);
  }

  /** Their decisions are late: whoever waits may take something else. */
  private giveUp(): void {
    const now = this.clock.now();
    this.sweep = undefined;
    for (const [id, { until, polls }] of this.open) {
      if (until > now) {
        this.sweep = this.clock.at(until, () => this.giveUp());
        return;
      }
      this.open.delete(id);
      this.takeBack(polls);
    }
  }
}
