/**
 * One workflow under test: sends commands to `decide` with a hand-moved clock, keeps the records, and has every decision audited. Used by the
 * rule specs and the property specs alike, so that no rule is tested on a history that breaks an invariant.
 */
import type { CommandData, CommandType, Command, Grant, SealedEvent } from '@dacapo/contracts';

import { decide } from '../decide.js';
import type { DecideContext } from '../decision.js';
import type { Flow } from '../flow.js';
import { own, type TaskState, type WorkflowState } from '../state.js';
import { Audit } from './audit.js';
import { sha256 } from './hash.js';

export const startOfTime = 1_700_000_000_000;
export const workflowId = '018bcfe5-6800-7000-8000-0000000000aa';

export interface RunOptions {
  /** Audits every decision. Default true; the size test measures without. */
  readonly audited?: boolean;
  readonly epoch?: number;
}

export class Run {
  now = startOfTime;
  state: WorkflowState | undefined;
  readonly records: SealedEvent[] = [];
  readonly commands: Command[] = [];
  private readonly parked: Grant[] = [];
  private readonly audit = new Audit(sha256);

  constructor(
    readonly flow: Flow,
    private readonly options: RunOptions = {},
  ) {}

  /** The state of a workflow that exists. */
  get live(): WorkflowState {
    if (this.state === undefined) throw new Error('the workflow has not been started');
    return this.state;
  }

  task(reference: string): TaskState {
    const task = own(this.live.tasks, reference);
    if (task === undefined) throw new Error(`no task ${reference} yet`);
    return task;
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
      workflowId,
      data,
      ...(repeatable === undefined ? {} : { repeatable }),
    } as unknown as Command;
    const first = this.records.length;
    this.decide(command);
    this.goOn();
    return this.records.slice(first);
  }

  /** What the lane sends by itself when a decision was too long for one. */
  private goOn(): void {
    while (this.state?.status === 'RUNNING' && this.state.deferred.length > 0) {
      const id = `command-${this.commands.length}`;
      this.decide({ type: 'ContinueWorkflow', version: 1, id, workflowId, data: {} });
    }
  }

  decide(command: Command): readonly SealedEvent[] {
    const { audited = true, epoch = 1 } = this.options;
    const before = audited ? structuredClone(this.state) : undefined;
    const decided = decide(
      this.state,
      command,
      this.context(epoch, (type, domains) => this.take(type, domains)),
    );
    const recorded = decided.grants.length === 0 ? command : { ...command, grants: decided.grants };
    if (audited) {
      const again = decide(before, recorded, this.context(epoch + 1, grantsOf(recorded)));
      this.audit.check(decided, again, { now: this.now, flow: this.flow });
    }
    this.state = decided.state;
    this.records.push(...decided.events);
    this.commands.push(recorded);
    return decided.events;
  }

  /** Folds all records from the beginning. */
  auditWhole(): void {
    this.audit.checkWhole(this.records, this.live);
  }

  private context(epoch: number, grant: NonNullable<DecideContext['grant']>): DecideContext {
    return {
      now: this.now,
      causation: `0:${this.commands.length}`,
      epoch,
      hash: sha256,
      flow: (digest) => (digest === this.flow.digest ? this.flow : undefined),
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
