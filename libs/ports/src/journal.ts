import type { Command, Event, SealedEvent } from '@dacapo/contracts';

/** An event as a reader gets it: `text` are the bytes as they were written, `offset` its place in the partition. */
export interface StoredEvent {
  readonly event: Event;
  readonly text: string;
  readonly offset: number;
}

/** Events of one partition in log order. The reader sends each through `admit` (contracts) before it believes it. */
export interface EventBatch {
  readonly partition: number;
  readonly events: readonly StoredEvent[];
  /** Where to read on. */
  readonly nextOffset: number;
}

/** A command as the lane gets it. `time` is stamped by the journal, never by the sender. */
export interface ReceivedCommand {
  readonly command: Command;
  readonly offset: number;
  readonly time: number;
}

/** All events of one command: stored whole or not at all. None when the command was a repeat. */
export interface Decision extends ReceivedCommand {
  readonly events: readonly SealedEvent[];
}

export interface CommandSource {
  /** All commands that wait, in order, at most `max`; waits for the first one. Empty once closed. Throws when the log cannot be read. */
  take(max: number): Promise<readonly ReceivedCommand[]>;
  close(): Promise<void>;
}

/** What a lane holds of its partition. Only the holder of the newest valid claim may append. */
export interface Claim {
  readonly partition: number;
  readonly epoch: number;
  /** The events of one decision may have so many bytes together; Infinity when there is no such bound. */
  readonly decisionBytesMax: number;
  /** Events from the offset given to `claim` up to and including the claim itself. */
  tail(): AsyncIterable<EventBatch>;
  /** Commands from this offset on. The embedded journal has none from before: it stores a command with its decision. */
  commands(fromOffset: number): CommandSource;
  /**
   * Stores the decisions in order and resolves when they are durable, with the events as readers will get them (one array per decision).
   * One append at a time. Any failure is final for this claim: the outcome is unknown, so the lane starts anew and reads the tail.
   */
  append(decisions: readonly Decision[]): Promise<readonly (readonly StoredEvent[])[]>;
  release(): Promise<void>;
}

export interface Subscription {
  /** Resolves when the handler is done with what it has; nothing is delivered afterwards. */
  close(): Promise<void>;
}

/** Offsets of the first and the last event, both in it. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
  /** That of the owner at `from`. Without it the first event of the workflow that stands there must be one that a reader has believed. */
  readonly epoch?: number;
}

/** One decision of a workflow's history; `command` is missing when the log no longer keeps it. */
export interface HistoryEntry {
  readonly causation: string;
  readonly command?: Command;
  readonly events: readonly StoredEvent[];
}

/**
 * The partitioned log. A workflow's commands and events lie in the partition that `partitionOf` (contracts) names.
 * Nothing in it is ever changed or removed.
 */
export interface Journal {
  readonly partitionCount: number;

  /**
   * True: a command is durable once `send` has resolved (Kafka). False: it becomes durable with its decision, so whoever must not lose it
   * waits for the event (embedded: an answer to a caller waits for that anyway).
   */
  readonly isSendDurable: boolean;

  /** Accepts commands. Rejects with JOURNAL_UNAVAILABLE when nobody can tell whether they were stored. */
  send(commands: readonly Command[]): Promise<void>;

  /** Takes a partition: appends PartitionClaimed with an epoch above every one before it. `since` is where the caller's knowledge ends. */
  claim(partition: number, owner: string, since: { readonly offset: number; readonly epoch: number }): Promise<Claim>;

  /** Events from `fromOffset` to the end that the log has now (exclusive `toOffset` if given). */
  read(partition: number, fromOffset: number, toOffset?: number): AsyncIterable<EventBatch>;

  /** The offset that the next event of the partition will get. */
  end(partition: number): Promise<number>;

  /**
   * Delivers every event from the given offsets on, batch by batch, in order per partition, for as long as it is open. The next
   * batch of a partition waits until the handler's promise is settled. A handler that throws closes the subscription, and
   * `onFailure` hears of it.
   */
  follow(
    from: ReadonlyMap<number, number>,
    onBatch: (batch: EventBatch) => void | Promise<void>,
    onFailure: (error: unknown) => void,
  ): Promise<Subscription>;

  /** All decisions of a workflow. `range` spares a log without an index the search. */
  history(workflowId: string, range?: LogRange): Promise<readonly HistoryEntry[]>;

  close(): Promise<void>;
}
