/** A fact of a decision in the form that the log keeps: numbered and chained to the one before it in its stream. */
import {
  type Command,
  type EventData,
  type EventType,
  type Hash,
  type SealedEvent,
  sealEvent,
} from '@dacapo/contracts';

/** When, where and by whom it is decided. */
export interface Moment {
  readonly now: number;
  readonly causation: string;
  readonly epoch: number;
  readonly hash: Hash;
}

/** Where a stream stands. Undefined before its first event. */
export interface Standing {
  readonly seq: number;
  readonly hash: string;
}

export function seal<T extends EventType>(
  type: T,
  data: EventData<T>,
  command: Command,
  { now, causation, epoch, hash }: Moment,
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
export function sealOutside(data: EventData<'CommandRejected'>, command: Command, moment: Moment): SealedEvent {
  return seal('CommandRejected', data, command, moment, { seq: -1, hash: '' }, true);
}
