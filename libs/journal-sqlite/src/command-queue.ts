import type { Command } from '@dacapo/contracts';
import type { CommandSource, ReceivedCommand } from '@dacapo/ports';
import { limits } from './limits.js';
import { unavailable } from './unavailable.js';

interface Stamped {
  readonly command: Command;
  readonly time: number;
}

const noWait = (): undefined => undefined;

/** The commands of one partition that wait for their decision. One source is open at a time; a new one closes the one before. */
export class CommandQueue {
  private waiting: Stamped[] = [];
  /** Handed out and not decided yet: the next owner gets them again. */
  private taken: ReceivedCommand[] = [];
  private source: { close(): Promise<void> } | undefined;
  private wake: () => void = () => undefined;

  push(command: Command, time: number): void {
    if (this.waiting.length >= limits.commandsWaitingMax) throw unavailable('too many commands wait in the partition');
    this.waiting.push({ command, time });
    this.wake();
  }

  /** Everything up to this offset has its decision in the file. */
  decided(offset: number): void {
    const next = this.taken.findIndex((each) => each.offset > offset);
    this.taken = next < 0 ? [] : this.taken.slice(next);
  }

  /**
   * Numbers the commands from `nextOffset` on with the rows that their decisions will occupy. Commands are handed out when the writer is
   * idle: until then their decisions would only wait, and more come together. Measured with four lanes and 50 callers: half as many
   * appends, 0.75 to 0.69 ms of CPU a workflow.
   */
  open(nextOffset: number, whenIdle: () => Promise<void> | undefined = noWait): CommandSource {
    void this.source?.close();
    this.waiting = [...this.taken, ...this.waiting];
    this.taken = [];
    let isClosed = false;
    let next = nextOffset;
    const source: CommandSource = {
      take: async (max) => {
        while (this.waiting.length === 0 && !isClosed) {
          await new Promise<void>((resolve) => (this.wake = resolve));
          // The rest of what this turn of the event loop brings.
          await new Promise<void>((resolve) => void setImmediate(resolve));
        }
        await whenIdle();
        if (isClosed) return [];
        const taken = this.some(max).map(({ command, time }) => ({ command, time, offset: next++ }));
        this.taken = this.taken.length === 0 ? taken : [...this.taken, ...taken];
        return taken;
      },
      close: async () => {
        isClosed = true;
        this.wake();
      },
    };
    this.source = source;
    return source;
  }

  close(): void {
    void this.source?.close();
  }

  private some(max: number): Stamped[] {
    if (this.waiting.length > max) return this.waiting.splice(0, max);
    const all = this.waiting;
    this.waiting = [];
    return all;
  }
}
