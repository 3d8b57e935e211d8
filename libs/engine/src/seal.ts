/** A fact of a decision in the form that the log keeps: numbered and chained to the one before it in its stream. */
import { type Command, type EventData, type EventType, type SealedEvent, sealEvent } from '@dacapo/contracts';

import type { DecideContext } from './decision.js';

/** Where a stream stands. Undefined before its first event. */
export interface Standing {
  readonly seq: number;
  readonly hash: string;
}

export function seal<T extends EventType>(
  type: T,
  data: EventData<T>,
  command: Command,
  { now, causation, epoch, hash }: DecideContext,
  stream: Standing | undefined,
  isFirst: boolean,
): SealedEvent {
  const { id, repeatable, workflowId } = command;
  return sealEvent(
    type,
    data,
    {
      workflowId,
      seq: (stream?.seq ?? 0) + 1,
      time: now,
      causation,
      epoch,
      previousHash: stream?.hash ?? '',
      ...(isFirst ? { command: repeatable === true ? { id, repeatable } : { id } } : {}),
    },
    hash,
  );
}

/** The refusal of a command about a stream that never existed: it stands outside every stream (seq 0). */
export function sealOutside(data: EventData<'CommandRejected'>, command: Command, context: DecideContext): SealedEvent {
  return seal('CommandRejected', data, command, context, { seq: -1, hash: '' }, true);
}
