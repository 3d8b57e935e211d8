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
  type JsonObject,
  type SealedEvent,
} from '@dacapo/contracts';

import { announce } from './tasks/announce.js';
import { evolve } from './evolve.js';
import { type TaskDef } from '@dacapo/definitions';

import { compileForked, type Flow, type Node, withName } from './flow/flow.js';
import { limits } from './limits.js';
import { outerScope, type Place, placeOf } from './flow/place.js';
import { seal, sealOutside } from './seal.js';
import { own, type TaskState, type WorkflowState } from './state.js';
import { serverTypes } from './types.js';

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

export type TakeGrant = (
  taskType: string,
  domains: readonly (string | undefined)[],
  taskDefName: string,
) => Grant | undefined;

export interface Decided<S = WorkflowState> {
  /** Undefined when the command was about a workflow that never existed. */
  readonly state: S | undefined;
  readonly events: readonly SealedEvent[];
  readonly grants: readonly Grant[];
}

/** Steps about an execution: it has ended; a workflow that goes on after its end tries it, or its child, again; opens it; looks what it waits for. */
type KeyedStep = 'settle' | 'retry' | 'retry-child' | 'reopen' | 'wake';

/** The flow reaches a task; what is inside of a task is through; an operator goes on with what it had begun. */
export type Step =
  | { readonly do: 'enter' | 'leave'; readonly place: Place }
  | { readonly do: 'resume'; readonly place: Place; readonly from: number }
  | { readonly do: KeyedStep; readonly key: string }
  /** A timer is due; not before everything that the one before it led to is done. */
  | { readonly do: 'fire'; readonly key: string };

export class Decision {
  readonly events: SealedEvent[] = [];
  readonly grants: Grant[] = [];
  private offers: readonly Grant[];
  private readonly agenda: Step[] = [];
  private done = 0;
  private characters = 0;
  private readonly held: Step[] = [];
  private readonly resuming = new Set<string>();
  private readonly timers: string[] = [];
  private fired = 0;
  /** What an operator gives to a task instead of its `inputParameters`, by key. */
  private readonly given = new Map<string, JsonObject>();

  constructor(
    private current: WorkflowState | undefined,
    readonly command: Command,
    readonly context: DecideContext,
  ) {
    this.offers = command.offers ?? [];
  }

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
    const sealed = seal(type, data, this.command, this.context, this.current, this.events.length === 0);
    this.events.push(sealed);
    this.characters += sealed.text.length;
    this.current = evolve(this.current, sealed.event);
    announce(this, sealed.event);
  }

  /** Refuses the command. About a workflow that never existed the refusal stands outside every workflow (seq 0). */
  reject(code: ErrorCode, message: string, taskId?: string): void {
    const requester = this.command.type === 'RetryWorkflow' ? this.command.data.requester : undefined;
    const data = {
      command: this.command.type,
      code,
      message,
      ...(taskId === undefined ? {} : { taskId }),
      ...(requester === undefined ? {} : { requester }),
    };
    if (this.current !== undefined) return this.emit('CommandRejected', data);
    this.events.push(sealOutside(data, this.command, this.context));
  }

  /** Takes a parked poll for the task, if there is one. */
  takeGrant(taskType: string, domains: readonly (string | undefined)[], taskDefName: string): Grant | undefined {
    const grant = this.context.grant?.(taskType, domains, taskDefName);
    if (grant === undefined) return this.takeOffer(taskType, domains);
    this.grants.push(grant);
    return grant;
  }

  /** One that came with the command. In which of several domains a task goes is for who knows all polls. */
  private takeOffer(taskType: string, domains: readonly (string | undefined)[]): Grant | undefined {
    if (domains.length > 1) return undefined;
    const offer = this.offers.find((each) => each.taskType === taskType && each.domain === domains[0]);
    if (offer !== undefined) this.offers = this.offers.filter((each) => each !== offer);
    return offer;
  }

  /** Ids never contain the epoch: two owners who decide the same command must make the same ones. */
  deriveId(...parts: readonly (string | number)[]): string {
    const { workflowId, run } = this.state;
    return deriveId(this.context.hash, workflowId, run, ...parts);
  }

  task(key: string): TaskState | undefined {
    return own(this.state.tasks, key);
  }

  /** Where an execution stands. A DYNAMIC task whose definition is known has a node of its own there, with its name. */
  placeOf(task: TaskState): Place {
    const place = this.place(task.node ?? task.referenceTaskName, task.scope ?? '', task.fork);
    return place.node.task.type === 'DYNAMIC' ? { ...place, node: namedNode(place.node, task) } : place;
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
      owner !== undefined && Array.isArray(tasks),
      `I6 dynamic fork ${fork} of workflow ${this.state.workflowId} has recorded its tasks`,
    );
    return compileForked(this.flow, this.placeOf(owner).node, tasks, owner.taskDefs);
  }

  /** Key of the execution that a task of the definition means by a reference name: of the same turns of the loops around both. */
  keyNear({ scope, fork }: Place, reference: string): string {
    if (scope === '') return reference;
    const turns = scope.split('__').slice(1);
    return [reference, ...turns.slice(0, this.loopsAround(fork, reference) ?? turns.length)].join('__');
  }

  /** How many loops are around a task that is seen from inside of a dynamic fork. */
  private loopsAround(fork: string | undefined, reference: string): number | undefined {
    for (let owner = this.ownerOf(fork); owner !== undefined; owner = this.ownerOf(owner.fork)) {
      const node = this.nodesOf(owner.referenceTaskName).get(reference);
      if (node !== undefined) return (owner.scope ?? '').split('__').length - 1 + loopsAround(node);
    }
    const node = this.flow.nodes.get(reference);
    return node === undefined ? undefined : loopsAround(node);
  }

  private ownerOf(fork: string | undefined): TaskState | undefined {
    return fork === undefined ? undefined : this.task(fork);
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

  /** Whether something is still to follow, in this decision or in a later one. */
  get hasSteps(): boolean {
    const isFiring = this.timers.length > this.fired;
    return isFiring || this.agenda.length > this.done || this.held.length > 0 || this.state.deferred.length > 0;
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

  later(what: KeyedStep, key: string): void {
    this.agenda.push({ do: what, key });
  }

  /** The next execution of a task gets this input. */
  giveInput(key: string, input: JsonObject): void {
    this.given.set(key, input);
  }

  givenInput(key: string): JsonObject | undefined {
    return this.given.get(key);
  }

  /** A timer has become due. */
  fire(timer: string): void {
    this.timers.push(timer);
  }

  /** An operator has more to do than one step may hold: it goes on at `from`. */
  resume(place: Place, from: number): void {
    const name = `${from} ${place.key}`;
    // Asked for twice before it has its turn, it goes on once.
    if (this.resuming.has(name)) return;
    this.resuming.add(name);
    this.agenda.push({ do: 'resume', place, from });
  }

  /** Takes up steps that an earlier decision had put off. */
  takeUp(steps: readonly DeferredStep[]): void {
    for (const { do: what, reference, scope = '', fork, from = 0 } of steps) {
      if (what === 'fire') this.fire(reference);
      else if (what === 'resume') this.resume(this.place(reference, scope, fork), from);
      else if (what === 'enter' || what === 'leave')
        this.agenda.push({ do: what, place: this.place(reference, scope, fork) });
      else this.later(what, reference);
    }
  }

  /** A long decision would hold up every other workflow of the partition. */
  get isLong(): boolean {
    return (
      this.events.length >= limits.eventsPerDecision ||
      this.characters >= limits.charactersPerDecision ||
      this.done >= limits.stepsPerDecision
    );
  }

  /** Puts a step off for later than this decision. */
  hold(step: Step): void {
    this.held.push(step);
  }

  /** What is left on the agenda, in the form that an event keeps; the agenda is empty then. */
  putOff(): readonly DeferredStep[] {
    const timers = this.timers.slice(this.fired).map((key): Step => ({ do: 'fire', key }));
    const rest = [...this.held, ...this.agenda.slice(this.done), ...timers].map(deferred);
    this.dropAgenda();
    return rest;
  }

  nextStep(): Step | undefined {
    const step = this.agenda[this.done];
    if (step !== undefined) {
      this.done += 1;
      if (step.do === 'resume') this.resuming.delete(`${step.from} ${step.place.key}`);
      return step;
    }
    const key = this.timers[this.fired];
    if (key === undefined) return undefined;
    this.fired += 1;
    return { do: 'fire', key };
  }

  /** The workflow ended: nothing follows any more. */
  dropAgenda(): void {
    this.held.length = 0;
    this.resuming.clear();
    this.agenda.length = 0;
    this.done = 0;
    this.timers.length = 0;
    this.fired = 0;
  }

  get decided(): Decided {
    return { state: this.current, events: this.events, grants: this.grants };
  }
}

function namedNode(node: Node, { taskType: name, taskDefs = {} }: TaskState): Node {
  if (serverTypes.has(name)) return withName(node, name, name, node.taskDef);
  // Parsed when it was registered.
  const taskDef = node.taskDef ?? (own(taskDefs, name) as TaskDef | undefined);
  return taskDef === undefined ? node : withName(node, name, 'SIMPLE', taskDef);
}

/** In how many loops a task stands. */
export function loopsAround(node: Node): number {
  let count = 0;
  for (let { parent } = node; parent !== undefined; { parent } = parent) if (parent.body !== undefined) count += 1;
  return count;
}

function deferred(step: Step): DeferredStep {
  if ('key' in step) return { do: step.do, reference: step.key };
  const { node, scope, fork } = step.place;
  return {
    do: step.do,
    reference: node.reference,
    ...(scope === '' ? {} : { scope }),
    ...(fork === undefined ? {} : { fork }),
    ...(step.do === 'resume' ? { from: step.from } : {}),
  };
}
