/**
 * A lane that decides nothing of value: each command becomes a given number of sealed events. The contract suites and the
 * adapters' own specs drive a journal with it. It is not the lane of libs/runtime.
 */
import { hash, randomBytes } from 'node:crypto';
import {
  admit,
  type Command,
  type Fence,
  formatPosition,
  type Hash,
  type JsonObject,
  openFence,
  partitionOf,
  sealEvent,
} from '@dacapo/contracts';
import type { Claim, CommandSource, Decision, Journal, ReceivedCommand, StoredEvent } from '@dacapo/ports';

export const sha256: Hash = (text) => hash('sha256', text, 'base64url');

/** A time-ordered id (UUID version 7). */
export function anId(): string {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An id that lies in the partition. */
export function aWorkflowId(partition: number, partitionCount: number): string {
  for (;;) {
    const id = anId();
    if (partitionOf(id, partitionCount) === partition) return id;
  }
}

export function aCommand(workflowId: string, output: JsonObject = {}): Command {
  return { type: 'SignalWorkflow', version: 1, id: anId(), workflowId, data: { status: 'COMPLETED', output } };
}

interface Head {
  readonly seq: number;
  readonly hash: string;
}

export class TestLane {
  private readonly heads = new Map<string, Head>();
  /** What the tail held, admitted or not. */
  readonly tail: StoredEvent[] = [];

  private constructor(
    readonly claim: Claim,
    readonly source: CommandSource,
  ) {}

  static async take(
    journal: Journal,
    partition: number,
    since: { offset: number; epoch: number } = { offset: 0, epoch: 0 },
    fromCommand = 0,
  ): Promise<TestLane> {
    const claim = await journal.claim(partition, 'test', since);
    const lane = new TestLane(claim, claim.commands(fromCommand));
    let fence: Fence = { epoch: since.epoch };
    for await (const batch of claim.tail()) {
      for (const stored of batch.events) {
        lane.tail.push(stored);
        const admission = admit(fence, stored.event);
        if (!admission.admitted) continue;
        fence = admission.fence;
        lane.heads.set(stored.event.workflowId, { seq: stored.event.seq, hash: stored.event.hash });
      }
    }
    return lane;
  }

  /** Sends the commands, waits until all of them came out, and stores one decision for each in one append. */
  async run(journal: Journal, commands: readonly Command[], eventCount = 1): Promise<Ran> {
    await journal.send(commands);
    const received = await this.receive(commands);
    const decisions = received.map((command) => this.decide(command, eventCount));
    return { decisions, stored: await this.claim.append(decisions) };
  }

  /** Takes until every one of the commands came; others (left over by another test on a shared broker) are passed over. */
  async receive(commands: readonly Command[]): Promise<ReceivedCommand[]> {
    const wanted = new Set(commands.map((command) => command.id));
    const received: ReceivedCommand[] = [];
    while (received.length < commands.length) {
      const taken = await this.source.take(10_000);
      if (taken.length === 0) throw new Error('the source was closed');
      received.push(...taken.filter((each) => wanted.has(each.command.id)));
    }
    return received;
  }

  decide(received: ReceivedCommand, eventCount = 1): Decision {
    const { command, offset, time } = received;
    const variables = command.type === 'SignalWorkflow' ? command.data.output : {};
    const causation = formatPosition(this.claim.partition, offset);
    let head = this.heads.get(command.workflowId) ?? { seq: 0, hash: '' };
    const events = Array.from({ length: eventCount }, () => {
      const place = { workflowId: command.workflowId, seq: head.seq + 1, time, causation, epoch: this.claim.epoch };
      const sealed = sealEvent(
        'VariablesSet',
        { taskId: 't', variables },
        { ...place, previousHash: head.hash },
        sha256,
      );
      head = { seq: sealed.event.seq, hash: sealed.event.hash };
      return sealed;
    });
    this.heads.set(command.workflowId, head);
    return { ...received, events };
  }

  async release(): Promise<void> {
    await this.source.close();
    await this.claim.release();
  }
}

export interface Ran {
  readonly decisions: readonly Decision[];
  readonly stored: readonly (readonly StoredEvent[])[];
}

export async function readAll(journal: Journal, partition: number, from: number, to?: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of journal.read(partition, from, to)) events.push(...batch.events);
  return events;
}

/** The events that a reader believes. */
export function admittedOf(events: readonly StoredEvent[], from: Fence = openFence): StoredEvent[] {
  let fence = from;
  return events.filter(({ event }) => {
    const admission = admit(fence, event);
    if (admission.admitted) fence = admission.fence;
    return admission.admitted;
  });
}

/** Resolves once the condition holds; `changed` is to be called whenever it may have become true. */
export class Condition {
  private readonly waiting = new Set<() => void>();

  changed(): void {
    for (const check of this.waiting) check();
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }
}
