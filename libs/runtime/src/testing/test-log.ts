/** What the code under test says, kept, so that a test can wait for a word of it and show that nothing was said. */
import { Condition } from '@dacapo/ports-testing';

import type { Log } from '../log.js';

export interface Said {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class TestLog implements Log {
  readonly said: Said[] = [];
  private readonly condition = new Condition();

  info(fields: object, message: string): void {
    this.note('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.note('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.note('error', fields, message);
  }

  /** How many of the lines hold the words. */
  count(words: string): number {
    return this.said.filter(({ message }) => message.includes(words)).length;
  }

  until(words: string, count = 1): Promise<void> {
    return this.condition.until(() => this.count(words) >= count);
  }

  private note(level: Said['level'], fields: object, message: string): void {
    this.said.push({ level, fields: fields as Said['fields'], message });
    this.condition.changed();
  }
}
