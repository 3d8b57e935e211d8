/**
 * Several workflows that tell each other what happened, as the lanes would: what follows from an event elsewhere waits until it is delivered,
 * in any order and more than once. Only the start of a child is never overtaken by what its parent says later: the lanes keep that order.
 */
import type { Command, CommandData, CommandType, SealedEvent } from '@dacapo/contracts';

import type { Flow } from '../flow/flow.js';
import type { Reaction } from '../reactions/reaction.js';
import { reactions } from '../reactions.js';
import { isEnded, type TaskState } from '../state.js';
import { Run, startOfTime, workflowId as rootId } from './run.js';

interface Message {
  readonly command: Command;
  readonly from: string;
  /** How often it was delivered. */
  times: number;
}

export class Cluster {
  readonly runs = new Map<string, Run>();
  private readonly waiting: Message[] = [];
  private readonly done: Message[] = [];

  /** Definitions by name; the first is the root's. */
  constructor(private readonly flows: ReadonlyMap<string, Flow>) {}

  get root(): Run {
    return this.runOf(rootId);
  }

  get pending(): number {
    return this.waiting.length;
  }

  start(name: string): void {
    const flow = this.flowOf(name);
    this.tell(rootId, 'StartWorkflow', { definition: flow.digest, name, version: flow.definition.version, input: {} });
  }

  /** A worker, or an operator. */
  tell<T extends CommandType>(workflowId: string, type: T, data: CommandData<T>): readonly SealedEvent[] {
    const run = this.runOf(workflowId);
    const records = run.send(type, data);
    this.takeReactions(run, records);
    return records;
  }

  /** Delivers one of the messages that wait; one that was delivered may come again. */
  deliver(pick: number): void {
    const deliverable = this.waiting.filter((message) => this.isFree(message));
    const message = deliverable[pick % Math.max(deliverable.length, 1)];
    if (message === undefined) return;
    this.waiting.splice(this.waiting.indexOf(message), 1);
    this.done.push(message);
    this.hand(message);
  }

  /** An old message comes once more. */
  repeat(pick: number): void {
    const message = this.done[pick % Math.max(this.done.length, 1)];
    if (message !== undefined) this.hand(message);
  }

  /** Until nothing is on its way; each message is delivered at least twice. Gives up when that does not end. */
  settle(pick: number): void {
    for (let round = 0; round < 5000; round++) {
      if (this.waiting.length > 0) this.deliver(pick + round);
      else {
        const once = this.done.find(({ times }) => times < 2);
        if (once === undefined) return;
        this.hand(once);
      }
    }
    throw new Error('I19 parents and children do not come to rest');
  }

  childrenOf(run: Run): readonly { readonly task: TaskState; readonly child: Run }[] {
    return Object.values(run.live.tasks).flatMap((task) => {
      const child = task.subWorkflowId === undefined ? undefined : this.runs.get(task.subWorkflowId);
      return child?.state === undefined ? [] : [{ task, child }];
    });
  }

  get living(): readonly Run[] {
    return [...this.runs.values()].filter(({ state }) => state !== undefined);
  }

  isOpen(run: Run): boolean {
    return run.state !== undefined && !isEnded(run.state.status);
  }

  private hand(message: Message): void {
    message.times += 1;
    const run = this.runOf(message.command.workflowId);
    this.takeReactions(run, run.receive(message.command));
  }

  private takeReactions(run: Run, records: readonly SealedEvent[]): void {
    for (const { event } of records) {
      for (const reaction of reactions(event, run.state)) {
        const command = this.commandOf(reaction);
        if (command !== undefined) this.waiting.push({ command, from: run.workflowId, times: 0 });
      }
    }
  }

  private commandOf(reaction: Reaction): Command | undefined {
    // A run goes on by itself.
    if (reaction.kind === 'command') return reaction.command.type === 'ContinueWorkflow' ? undefined : reaction.command;
    if (reaction.kind !== 'start-request') throw new Error(`nobody answers ${reaction.kind} here`);
    const { id, workflowId, name, input, parent, requester } = reaction;
    const flow = this.flows.get(name);
    if (flow !== undefined) {
      const data = { definition: flow.digest, name, version: flow.definition.version, input };
      const given = parent === undefined ? data : { ...data, parent };
      return { type: 'StartWorkflow', version: 1, id, workflowId, repeatable: true, data: given };
    }
    const header = { version: 1, id: `${id}:refused`, workflowId: requester, repeatable: true } as const;
    return parent === undefined
      ? { ...header, type: 'RecordFailureWorkflowRefusal', data: { name, reason: 'unknown' } }
      : { ...header, type: 'RecordChildRefusal', data: { taskId: parent.taskId, reason: 'unknown' } };
  }

  /** Behind the start of its receiver, if that is on its way from the same sender. */
  private isFree({ command, from }: Message): boolean {
    if (command.type === 'StartWorkflow') return true;
    return !this.waiting.some(
      (other) =>
        other.from === from &&
        other.command.type === 'StartWorkflow' &&
        other.command.workflowId === command.workflowId,
    );
  }

  private runOf(workflowId: string): Run {
    const known = this.runs.get(workflowId);
    if (known !== undefined) return known;
    const flows = [...this.flows.values()];
    const [flow] = flows;
    if (flow === undefined) throw new Error('a cluster has definitions');
    const run = new Run(flow, { flows, workflowId });
    run.now = startOfTime;
    this.runs.set(workflowId, run);
    return run;
  }

  private flowOf(name: string): Flow {
    const flow = this.flows.get(name);
    if (flow === undefined) throw new Error(`no definition ${name}`);
    return flow;
  }
}
