/**
 * One decision while it is being made: events are sealed and folded at once, so that each rule sees what the one before it led to.
 * What has to follow waits on an agenda instead of the call stack: 10,000 operators in a row are a loop, not a recursion.
 */
import {
  type Command,
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

import { evolve } from './evolve.js';
import type { Flow, Node } from './flow.js';
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
  /** Takes a poll that waits for such a task, if there is one. What is taken must be recorded with the command (`Decided.grants`). */
  readonly grant?: (taskType: string, domain: string | undefined) => Grant | undefined;
}

export interface Decided {
  /** Undefined when the command was about a workflow that never existed. */
  readonly state: WorkflowState | undefined;
  readonly events: readonly SealedEvent[];
  readonly grants: readonly Grant[];
}

/** The flow reaches a task; a list of tasks is through; an attempt has ended. */
type Step = { readonly enter: Node } | { readonly leave: Node } | { readonly settle: string };

export class Decision {
  readonly events: SealedEvent[] = [];
  readonly grants: Grant[] = [];
  private readonly agenda: Step[] = [];
  private done = 0;

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
    invariant(flow !== undefined, `the definition of workflow ${this.state.workflowId} is known under its digest`);
    return flow;
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
  takeGrant(taskType: string, domain: string | undefined): Grant | undefined {
    const grant = this.context.grant?.(taskType, domain);
    if (grant !== undefined) this.grants.push(grant);
    return grant;
  }

  /** Ids never contain the epoch: two owners who decide the same command must make the same ones. */
  deriveId(...parts: readonly (string | number)[]): string {
    const { workflowId, run } = this.state;
    return deriveId(this.context.hash, workflowId, run, ...parts);
  }

  node(reference: string): Node {
    const node = this.flow.nodes.get(reference);
    invariant(node !== undefined, `I6 task ${reference} stands in the definition of workflow ${this.state.workflowId}`);
    return node;
  }

  task(reference: string): TaskState | undefined {
    return own(this.state.tasks, reference);
  }

  /** The flow reaches a task. */
  enter(node: Node): void {
    this.agenda.push({ enter: node });
  }

  /** Everything inside of a task is through: the flow goes on behind it. */
  leave(node: Node): void {
    this.agenda.push({ leave: node });
  }

  /** A task has ended; what follows from it? */
  settle(reference: string): void {
    this.agenda.push({ settle: reference });
  }

  nextStep(): Step | undefined {
    // Never past the end: a decision in which two timers fire works its agenda off twice.
    return this.done < this.agenda.length ? this.agenda[this.done++] : undefined;
  }

  /** The workflow ended: nothing follows any more. */
  dropAgenda(): void {
    this.agenda.length = 0;
    this.done = 0;
  }

  get decided(): Decided {
    return { state: this.current, events: this.events, grants: this.grants };
  }
}
