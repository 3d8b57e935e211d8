/** Inbox records that were read and sent, but that the engine refused: they become dead letters too, so that their sender hears of it. */
import { type ErrorCode, errorCodes, type EventNamed, parsePosition } from '@dacapo/contracts';
import type { Journal, StoredEvent } from '@dacapo/ports';

import type { EventSink } from '../checkpointed-reader.js';
import type { DeadLetter, DeadLetters } from '../dead-letters.js';
import { inboxRecordId } from './inbox-command.js';

export const refusalReader = 'inbox-refusals';

export class InboxRefusals implements EventSink {
  constructor(
    private readonly journal: Pick<Journal, 'history'>,
    private readonly deadLetters: DeadLetters,
    private readonly topicPrefix: string,
  ) {}

  reset(): void {
    this.deadLetters.resume();
  }

  stop(): void {
    this.deadLetters.stop();
  }

  async take(_partition: number, events: readonly StoredEvent[]): Promise<boolean> {
    const letters: DeadLetter[] = [];
    for (const stored of events) {
      const { event } = stored;
      if (event.type !== 'CommandRejected' || event.commandId === undefined) continue;
      const id = inboxRecordId(event.commandId);
      if (id !== undefined && !isHarmless(event)) letters.push(await this.letterOf(event, stored.offset, id));
    }
    await this.deadLetters.write(letters);
    return true;
  }

  /** The record itself is named by its id; what is at hand here is the command that it became. */
  private async letterOf(event: EventNamed<'CommandRejected'>, offset: number, id: string): Promise<DeadLetter> {
    const { workflowId, causation, data } = event;
    const [entry] = await this.journal.history(workflowId, { from: offset, to: offset });
    const source = parsePosition(causation);
    return {
      code: data.code,
      reason: data.message,
      id,
      source: {
        topic: `${this.topicPrefix}commands`,
        partition: source?.partition ?? 0,
        offset: String(source?.offset ?? 0),
        key: workflowId,
      },
      ...(entry?.command === undefined ? {} : { payload: JSON.stringify(entry.command) }),
    };
  }
}

/** Without effect, and no fault of the sender: a result that came twice, or the word to begin of a worker that got the task twice. */
function isHarmless({ data: { command, code } }: EventNamed<'CommandRejected'>): boolean {
  if (command === 'StartTask' && code === 'TASK_NOT_READY') return true;
  return Object.hasOwn(errorCodes, code) && errorCodes[code as ErrorCode].kind === 'ignored';
}
