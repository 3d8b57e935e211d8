/**
 * One decision while it is being made: events are sealed and folded at once, so that each rule sees what the one before it led to.
 * What has to follow waits on an agenda instead of the call stack: 10,000 operators in a row are a loop, not a recursion.
 */
import {
  type Command,
  DaCapoError,
  type DeferredStep,
  deriveId,
  type ErrorCode,
  type EventData,
  type EventType,
  type Grant,
  type Hash,
  invariant,
  type SealedEvent,
  sealEvent,
} from '@dacapo/contracts';

import type { WorkflowTask } from '@dacapo/definitions';

import { announce } from './announce.js';
import { evolve } from './evolve.js';
import { compileForked, type Flow, type Node } from './flow.js';
import { limits } from './limits.js';
import { outerScope, type Place, placeOf } from './place.js';
import { own, type TaskState, type WorkflowState } from './state.js';

/** Everything a decision may know beside the state and the command. All of it stands in the log or follows from it. */
export interface DecideContext {
  /** Log time of the command, epoch milliseconds, never before that of the command ahead. */
  readonly now: number;
  /** Position of the command, `partition:offset`. */
  readonly causation: string;
  readonly epoch: number;
  readonly hash: Hash;
  /** The definition under a digest; undefined when nobody knows it. */
  readonly flow: (digest: string) => Flow | undefined;
  /**
   * Takes a poll that waits for such a task in the first of the domains (undefined: without one) that is polled, or in the last when none
   * is. What is taken must be recorded with the command (`Decided.grants`).
   */
  readonly grant?: TakeGrant;
}

export type TakeGrant = (taskType: string, domains: readonly (string | undefined)[]) => Grant | undefined;

export interface Decided {
  /** Undefined when the command was about a workflow that never existed. */
  readonly state: WorkflowState | undefined;
  readonly events: readonly SealedEvent[];
  readonly grants: readonly Grant[];
}

/** The flow reaches a task; what is inside of a task is through; an attempt has ended; an operator goes on with what it had begun. */
export type Step =
  | { readonly do: 'enter' | 'leave'; readonly place: Place }
  | { readonly do: 'resume'; readonly place: Place; readonly from: number }
  | { readonly do: 'settle'; readonly key: string }
  /** A timer is due; not before everything that the one before it led to is done. */
  | { readonly do: 'fire'; readonly key: string };

export class Decision {
  readonly events: SealedEvent[] = [];
  readonly grants: Grant[] = [];
  private readonly agenda: Step[] = [];
  private done = 0;
  private readonly timers: string[] = [];
  private fired = 0;

  constructor(
    private current: WorkflowState | undefined,
    readonly command: Command,
    readonly context: DecideContext,
  ) {}

  get exists(): boolean {
    return this.current !== undefined;
  }

  get state(): WorkflowState {
    invariant(this.current !== undefined, 'a rule asks for the state of a workflow that does not exist');
    return this.current;
  }

  get now(): number {
    return this.context.now;
  }

  get flow(): Flow {
    const flow = this.context.flow(this.state.definition);
    // The words are made only when they are needed: this is asked for at every event.
    if (flow !== undefined) return flow;
    throw new DaCapoError(
      'INVARIANT_BROKEN',
      `the definition of workflow ${this.state.workflowId} is known under its digest`,
    );
  }

  emit<T extends EventType>(type: T, data: EventData<T>): void {
    const { now, causation, epoch, hash } = this.context;
    const { id, repeatable } = this.command;
    const sealed = sealEvent(
      type,
      data,
      {
        workflowId: this.command.workflowId,
        seq: (this.current?.seq ?? 0) + 1,
        time: now,
        causation,
        epoch,
        previousHash: this.current?.hash ?? '',
        ...(this.events.length > 0 ? {} : { command: repeatable === true ? { id, repeatable } : { id } }),
      },
      hash,
    );
    this.events.push(sealed);
    this.current = evolve(this.current, sealed.event);
    announce(this, sealed.event);
  }

  /** Refuses the command. About a workflow that never existed the refusal stands outside every workflow (seq 0). */
  reject(code: ErrorCode, message: string, taskId?: string): void {
    const data = { command: this.command.type, code, message, ...(taskId === undefined ? {} : { taskId }) };
    if (this.current !== undefined) return this.emit('CommandRejected', data);
    const { now, causation, epoch, hash } = this.context;
    const { id, workflowId, repeatable } = this.command;
    const command = repeatable === true ? { id, repeatable } : { id };
    const header = { workflowId, seq: 0, time: now, causation, epoch, previousHash: '', command };
    this.events.push(sealEvent('CommandRejected', data, header, hash));
  }

  /** Takes a parked poll for the task, if there is one. */
  takeGrant(taskType: string, domains: readonly (string | undefined)[]): Grant | undefined {
    const grant = this.context.grant?.(taskType, domains);
    if (grant !== undefined) this.grants.push(grant);
    return grant;
  }

  /** Ids never contain the epoch: two owners who decide the same command must make the same ones. */
  deriveId(...parts: readonly (string | number)[]): string {
    const { workflowId, run } = this.state;
    return deriveId(this.context.hash, workflowId, run, ...parts);
  }

  task(key: string): TaskState | undefined {
    return own(this.state.tasks, key);
  }

  /** Where an execution stands. */
  placeOf(task: TaskState): Place {
    return this.place(task.node ?? task.referenceTaskName, task.scope ?? '', task.fork);
  }

  /** The task with this reference name in the definition, or among those that a dynamic fork has made. */
  place(reference: string, scope: string, fork: string | undefined): Place {
    const node = this.nodesOf(fork).get(reference);
    invariant(node !== undefined, `I6 task ${reference} stands in the definition of workflow ${this.state.workflowId}`);
    return placeOf(node, scope, fork);
  }

  nodesOf(fork: string | undefined): ReadonlyMap<string, Node> {
    if (fork === undefined) return this.flow.nodes;
    const owner = this.task(fork);
    const tasks = owner?.input['forkedTaskDefs'];
    invariant(
      Array.isArray(tasks),
      `I6 dynamic fork ${fork} of workflow ${this.state.workflowId} has recorded its tasks`,
    );
    return compileForked(this.flow, tasks as readonly WorkflowTask[], owner?.taskDefs);
  }

  /** Key of the execution that a task of the definition means by a reference name: of the same turns of the loops around both. */
  keyNear({ scope, fork }: Place, reference: string): string {
    if (scope === '') return reference;
    const node = this.nodesOf(fork).get(reference) ?? this.flow.nodes.get(reference);
    if (node === undefined) return reference + scope;
    const turns = scope.split('__').slice(1, 1 + loopsAround(node));
    return [reference, ...turns].join('__');
  }

  /** The task behind it in its list. */
  after({ node, scope, fork }: Place): Place | undefined {
    return node.next === undefined ? undefined : placeOf(node.next, scope, fork);
  }

  /** The task in whose branch or body it stands. */
  around({ node, scope, fork }: Place): Place | undefined {
    const { parent } = node;
    if (parent !== undefined) return placeOf(parent, parent.body === undefined ? scope : outerScope(scope), fork);
    const owner = fork === undefined ? undefined : this.task(fork);
    return owner === undefined ? undefined : this.placeOf(owner);
  }

  /** The flow reaches a task. */
  enter(place: Place): void {
    this.agenda.push({ do: 'enter', place });
  }

  /** Everything inside of a task is through: the flow goes on behind it. */
  leave(place: Place): void {
    this.agenda.push({ do: 'leave', place });
  }

  /** A task has ended; what follows from it? */
  settle(key: string): void {
    this.agenda.push({ do: 'settle', key });
  }

  /** A timer has become due. */
  fire(timer: string): void {
    this.timers.push(timer);
  }

  /** An operator has more to do than one step may hold: it goes on at `from`. */
  resume(place: Place, from: number): void {
    this.agenda.push({ do: 'resume', place, from });
  }

  /** Takes up steps that an earlier decision had put off. */
  takeUp(steps: readonly DeferredStep[]): void {
    for (const { do: what, reference, scope = '', fork, from = 0 } of steps) {
      if (what === 'settle') this.settle(reference);
      else if (what === 'fire') this.fire(reference);
      else if (what === 'resume') this.resume(this.place(reference, scope, fork), from);
      else this.agenda.push({ do: what, place: this.place(reference, scope, fork) });
    }
  }

  /** A long decision would hold up every other workflow of the partition. */
  get isLong(): boolean {
    return this.events.length >= limits.eventsPerDecision || this.done >= limits.stepsPerDecision;
  }

  /** What is left on the agenda, in the form that an event keeps; the agenda is empty then. */
  putOff(): readonly DeferredStep[] {
    const timers = this.timers.slice(this.fired).map((key): Step => ({ do: 'fire', key }));
    const rest = [...this.agenda.slice(this.done), ...timers].map(deferred);
    this.dropAgenda();
    return rest;
  }

  nextStep(): Step | undefined {
    if (this.done < this.agenda.length) return this.agenda[this.done++];
    const key = this.timers[this.fired];
    if (key === undefined) return undefined;
    this.fired += 1;
    return { do: 'fire', key };
  }

  /** The workflow ended: nothing follows any more. */
  dropAgenda(): void {
    this.agenda.length = 0;
    this.done = 0;
    this.timers.length = 0;
    this.fired = 0;
  }

  get decided(): Decided {
    return { state: this.current, events: this.events, grants: this.grants };
  }
}

function loopsAround(node: Node): number {
  let count = 0;
  for (let { parent } = node; parent !== undefined; { parent } = parent) if (parent.body !== undefined) count += 1;
  return count;
}

function deferred(step: Step): DeferredStep {
  if (step.do === 'settle' || step.do === 'fire') return { do: step.do, reference: step.key };
  const { node, scope, fork } = step.place;
  return {
    do: step.do,
    reference: node.reference,
    ...(scope === '' ? {} : { scope }),
    ...(fork === undefined ? {} : { fork }),
    ...(step.do === 'resume' ? { from: step.from } : {}),
  };
}
