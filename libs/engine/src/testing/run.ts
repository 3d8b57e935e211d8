/**
 * One workflow under test: sends commands to `decide` with a hand-moved clock, keeps the records, and has every decision audited. Used by the
 * rule specs and the property specs alike, so that no rule is tested on a history that breaks an invariant.
 */
import type { CommandData, CommandType, Command, Grant, SealedEvent } from '@dacapo/contracts';

import { decide } from '../decide.js';
import type { DecideContext } from '../decision.js';
import type { Flow } from '../flow/flow.js';
import { own, type TaskState, type WorkflowState } from '../state.js';
import { Audit } from './audit/audit.js';
import { sha256 } from './hash.js';

export const startOfTime = 1_700_000_000_000;
export const workflowId = '018bcfe5-6800-7000-8000-0000000000aa';

/** Commands. */
const snapshotEvery = 4;

export interface RunOptions {
  /** Audits every decision. Default true; the size test measures without. */
  readonly audited?: boolean;
  readonly epoch?: number;
  /** Definitions beside its own, for restarts. */
  readonly flows?: readonly Flow[];
  /** Default: the one that all single workflows have. */
  readonly workflowId?: string;
}

export class Run {
  now = startOfTime;
  state: WorkflowState | undefined;
  readonly records: SealedEvent[] = [];
  readonly commands: Command[] = [];
  private readonly parked: Grant[] = [];
  /** What the owner of the next epoch makes of the same commands. */
  private other: WorkflowState | undefined;
  private readonly audit = new Audit(sha256);
  readonly workflowId: string;

  constructor(
    readonly flow: Flow,
    private readonly options: RunOptions = {},
  ) {
    this.workflowId = options.workflowId ?? workflowId;
  }

  /** The state of a workflow that exists. */
  get live(): WorkflowState {
    if (this.state === undefined) throw new Error('the workflow has not been started');
    return this.state;
  }

  /** The definition that it runs on. */
  get flowOfState(): Flow {
    return this.flowUnder(this.live.definition);
  }

  private flowUnder(definition: string | undefined): Flow {
    return this.flows.find(({ digest }) => digest === definition) ?? this.flow;
  }

  private get flows(): readonly Flow[] {
    return [this.flow, ...(this.options.flows ?? [])];
  }

  task(reference: string): TaskState {
    const task = own(this.live.tasks, reference);
    if (task === undefined) throw new Error(`no task ${reference} yet`);
    return task;
  }

  /** The task that a command is about, if it is about one that is there. */
  taskOf({ data }: Command): TaskState | undefined {
    const reference = 'taskId' in data ? own(this.live.references, data.taskId) : undefined;
    return reference === undefined ? undefined : own(this.live.tasks, reference);
  }

  idOf(reference: string): string {
    return this.task(reference).taskId;
  }

  elapse(ms: number): void {
    this.now += ms;
  }

  /** A worker waits for such a task. */
  park(grant: Grant): void {
    this.parked.push(grant);
  }

  send<T extends CommandType>(type: T, data: CommandData<T>, repeatable?: true): readonly SealedEvent[] {
    const command = {
      type,
      version: 1,
      id: `command-${this.commands.length}`,
      workflowId: this.workflowId,
      data,
      ...(repeatable === undefined ? {} : { repeatable }),
    } as unknown as Command;
    return this.receive(command);
  }

  /** A command that somebody else has made. */
  receive(command: Command): readonly SealedEvent[] {
    const first = this.records.length;
    this.decide(command);
    this.goOn();
    return this.records.slice(first);
  }

  /** What the lane sends by itself when a decision was too long for one. */
  private goOn(): void {
    while (this.state?.status === 'RUNNING' && this.state.deferred.length > 0) {
      const id = `command-${this.commands.length}`;
      this.decide({ type: 'ContinueWorkflow', version: 1, id, workflowId: this.workflowId, data: {} });
    }
  }

  decide(bare: Command): readonly SealedEvent[] {
    const { audited = true, epoch = 1 } = this.options;
    const command = this.withOffers(bare);
    const decided = decide(
      this.state,
      command,
      this.context(epoch, (type, domains) => this.take(type, domains)),
    );
    const recorded = decided.grants.length === 0 ? command : { ...command, grants: decided.grants };
    if (audited) {
      const again = decide(this.snapshot(), recorded, this.context(epoch + 1, grantsOf(recorded)));
      this.other = again.state;
      this.audit.check(decided, again, { now: this.now, flow: this.flowUnder(decided.state?.definition) });
    }
    this.state = decided.state;
    this.records.push(...decided.events);
    this.commands.push(recorded);
    this.takeBack(command, decided.events);
    return decided.events;
  }

  /** Every other time the polls come with the command instead of being asked for. */
  private withOffers(command: Command): Command {
    if (this.parked.length === 0 || this.commands.length % 2 === 0) return command;
    return { ...command, offers: this.parked.splice(0) };
  }

  private takeBack({ offers = [] }: Command, events: readonly SealedEvent[]): void {
    const used = new Set(
      events.flatMap(({ event }) => (event.type === 'TaskStarted' ? (event.data.pollId ?? []) : [])),
    );
    this.parked.push(...offers.filter(({ pollId }) => !used.has(pollId)));
  }

  /** Folds all records from the beginning. */
  auditWhole(): void {
    this.audit.checkWhole(this.records, this.live, this.other);
  }

  /** Now and then the other owner begins with a snapshot: what the engine keeps beside a state must not matter. */
  private snapshot(): WorkflowState | undefined {
    if (this.other === undefined || this.commands.length % snapshotEvery !== 0) return this.other;
    return JSON.parse(JSON.stringify(this.other)) as WorkflowState;
  }

  private context(epoch: number, grant: NonNullable<DecideContext['grant']>): DecideContext {
    return {
      now: this.now,
      causation: `0:${this.commands.length}`,
      epoch,
      hash: sha256,
      flow: (digest) => this.flows.find((flow) => flow.digest === digest),
      grant,
    };
  }

  /** A domain is polled when somebody is parked in it. */
  private take(taskType: string, domains: readonly (string | undefined)[]): Grant | undefined {
    for (const domain of domains) {
      const index = this.parked.findIndex((grant) => grant.taskType === taskType && grant.domain === domain);
      if (index >= 0) return this.parked.splice(index, 1)[0];
    }
    return undefined;
  }
}

/** A decision that is made again takes the polls that stand in the command, in their order. */
function grantsOf(command: Command): NonNullable<DecideContext['grant']> {
  const left = [...(command.grants ?? [])];
  return (taskType, domains) => {
    const [first] = left;
    return first?.taskType === taskType && domains.includes(first.domain) ? left.shift() : undefined;
  };
}
