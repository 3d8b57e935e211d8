import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext } from '@nestjs/microservices';

import { Inbox } from './inbox.js';

export const inboxTopic = 'inbox';

@Controller()
export class InboxController {
  constructor(@Inject(Inbox) private readonly inbox: Inbox) {}

  /** The offset is committed when this resolves. */
  @EventPattern(inboxTopic)
  async take(@Ctx() context: KafkaContext): Promise<void> {
    const { key, value, offset, timestamp } = context.getMessage();
    const source = {
      topic: context.getTopic(),
      partition: context.getPartition(),
      offset,
      timestamp: Number(timestamp),
    };
    await this.inbox.take({ ...source, key: keyOf(key), value: value as Buffer | null }, context.getHeartbeat());
  }
}

/** Nest parses keys that look like JSON. */
function keyOf(key: unknown): Buffer | string | null {
  if (key === null || key === undefined) return null;
  return typeof key === 'string' || Buffer.isBuffer(key) ? key : JSON.stringify(key);
}
