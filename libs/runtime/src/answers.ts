/** Who asked gets the event that answers it: matched by the command's id, which stands on the first event of each decision. */
import { type Command, DaCapoError, type Event } from '@dacapo/contracts';
import type { Alarm, Clock, Journal, StoredEvent } from '@dacapo/ports';

import type { FeedListener } from './event-feed.js';
import { limits } from './limits.js';

export interface Answer {
  /** The first event of the decision; CommandRejected when the command was refused. */
  readonly event: Event;
  /** Where it stands in the events log, `partition:offset`: a read that carries it sees at least this. */
  readonly position: string;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  readonly until: number;
}

const asItIs = (command: Command): Command => command;

export class Answers implements FeedListener {
  private readonly waiting = new Map<string, Waiting>();
  private sweep: Alarm | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
    /** What is offered to a command before it is sent. */
    private readonly offer: (command: Command) => Command = asItIs,
  ) {}

  async ask(command: Command): Promise<Answer> {
    const [answer] = this.askAll([command]);
    return answer as Promise<Answer>;
  }

  /** One send for all; each has an answer of its own. An unknown outcome rejects as ANSWER_LATE or JOURNAL_UNAVAILABLE. */
  askAll(commands: readonly Command[]): readonly Promise<Answer>[] {
    const until = this.clock.now() + limits.answerMs;
    const answers = commands.map(
      ({ id }) => new Promise<Answer>((resolve, reject) => this.waiting.set(id, { resolve, reject, until })),
    );
    this.journal.send(commands.map(this.offer)).catch((error: unknown) => {
      for (const { id } of commands) this.take(id)?.reject(error);
    });
    this.sweep ??= this.clock.at(until, () => this.giveUp());
    return answers;
  }

  onEvent({ event, offset }: StoredEvent, partition: number): void {
    if (event.commandId === undefined) return;
    this.take(event.commandId)?.resolve({ event, position: `${partition}:${offset}` });
  }

  stop(): void {
    this.sweep?.cancel();
    for (const id of [...this.waiting.keys()])
      this.take(id)?.reject(new DaCapoError('JOURNAL_UNAVAILABLE', 'The server is shutting down'));
  }

  private take(id: string): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  /** The oldest stand in front. */
  private giveUp(): void {
    const now = this.clock.now();
    this.sweep = undefined;
    for (const [id, { until, reject }] of this.waiting) {
      if (until > now) {
        this.sweep = this.clock.at(until, () => this.giveUp());
        return;
      }
      this.waiting.delete(id);
      reject(
        new DaCapoError(
          'ANSWER_LATE',
          'The command was sent, but its outcome is not known yet: look before you send it again',
        ),
      );
    }
  }
}
