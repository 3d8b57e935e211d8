/** Makes commands with ids that are unique in the installation: a random prefix per process, then a counter. */
import type { Command, CommandData, CommandNamed, CommandType } from '@dacapo/contracts';

export class CommandFactory {
  private counter = 0;

  /** `prefix`: random, new at every start of the process, without a hyphen. */
  constructor(private readonly prefix: string) {}

  nextId(): string {
    this.counter += 1;
    return `${this.prefix}-${this.counter.toString(36)}`;
  }

  isOwn(id: string): boolean {
    return id.startsWith(`${this.prefix}-`);
  }

  make<T extends CommandType>(type: T, workflowId: string, data: CommandData<T>): CommandNamed<T> & Command {
    return { type, version: 1, id: this.nextId(), workflowId, data } as unknown as CommandNamed<T> & Command;
  }
}
