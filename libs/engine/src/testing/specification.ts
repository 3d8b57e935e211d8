// oxlint-disable jest/no-standalone-expect -- called from within tests
/**
 * Given, when, then for the decider:
 *
 *     given(aWorkflow().withTask(simple('a')), [start(), claim('a')])
 *       .when(complete('a', { x: 1 }))
 *       .then(['TaskCompleted a', ['WorkflowCompleted', { output: { x: 1 } }]]);
 *
 * An expected event is its type and, where it is about a task, the task's reference name; a second part says what of its data matters. The
 * list is complete: an event more is a failure too. Every decision on the way is audited (audit/).
 */
import type { ErrorCode, Event, SealedEvent } from '@dacapo/contracts';

import type { TaskState, WorkflowState } from '../state.js';
import type { WorkflowBuilder } from './definitions.js';
import { Run } from './run.js';
import type { Step } from './steps.js';

type Data = Readonly<Record<string, unknown>>;
/** Ids are only known when they are made: a function of the run may say them. */
type Said<T> = T | ((run: Run) => T);
export type Expected = string | readonly [label: string, data: Said<Data>];

export class Specification {
  private outcome: readonly SealedEvent[] = [];

  constructor(readonly run: Run) {}

  when(...steps: readonly Step[]): this {
    this.outcome = steps.flatMap((step) => step(this.run));
    return this;
  }

  then(expected: readonly Expected[]): this {
    const labels = expected.map((one) => (typeof one === 'string' ? one : one[0]));
    expect(this.outcome.map(({ event }) => this.labelOf(event))).toEqual(labels);
    for (const [index, one] of expected.entries()) {
      if (typeof one !== 'string') expect(this.outcome[index]?.event.data).toMatchObject(this.said(one[1]));
    }
    return this;
  }

  /** The command changes nothing but that its refusal is on record. */
  thenRefused(code: ErrorCode, message?: Said<string | RegExp>): this {
    expect(this.outcome.map(({ event }) => event.type)).toEqual(['CommandRejected']);
    const event = this.outcome[0]?.event;
    expect(event?.data).toMatchObject({ code });
    if (message === undefined || event?.type !== 'CommandRejected') return this;
    const text = this.said(message);
    if (typeof text === 'string') expect(event.data.message).toBe(text);
    else expect(event.data.message).toMatch(text);
    return this;
  }

  thenWorkflow(expected: Said<Partial<WorkflowState>>): this {
    expect(this.run.live).toMatchObject(this.said(expected));
    return this;
  }

  thenTask(reference: string, expected: Said<Partial<TaskState>>): this {
    expect(this.run.task(reference)).toMatchObject(this.said(expected));
    return this;
  }

  private said<T>(value: Said<T>): T {
    return typeof value === 'function' ? (value as (run: Run) => T)(this.run) : value;
  }

  private labelOf(event: Event): string {
    const { data } = event;
    if ('timer' in data) return `${event.type} ${this.timerOf(data.timer)}`;
    if (!('taskId' in data) || data.taskId === undefined || event.type === 'CommandRejected') return event.type;
    return `${event.type} ${this.nameOf(data.taskId)}`;
  }

  /** Also of tasks that were removed. */
  private nameOf(taskId: string): string {
    for (const { event } of this.run.records) {
      const { data } = event;
      if ('referenceTaskName' in data && 'taskId' in data && data.taskId === taskId) return data.referenceTaskName;
    }
    return taskId;
  }

  private timerOf(timer: string): string {
    const [kind = '', taskId] = timer.split(':');
    return taskId === undefined ? kind : `${kind} ${this.nameOf(taskId)}`;
  }
}

/** A workflow to which all of this has happened; none of it may have been refused. */
export function given(workflow: WorkflowBuilder, history: readonly Step[] = []): Specification {
  const run = new Run(workflow.flow());
  for (const step of history) {
    for (const { event } of step(run)) {
      if (event.type === 'CommandRejected') throw new Error(`given was refused: ${event.data.message}`);
    }
  }
  return new Specification(run);
}
