/** Sends what follows elsewhere from events that are durable: at least once, with ids that let the receiver drop repeats. */
import { type Command, isDaCapoError } from '@dacapo/contracts';
import { parseWorkflowDef } from '@dacapo/definitions';
import type { Reaction, StartRequest } from '@dacapo/engine';
import type { Journal } from '@dacapo/ports';

import type { Confirmations } from './confirmations.js';
import type { DefinitionRegistry } from './definition-registry.js';
import type { Log } from './log.js';

const noValue = (): void => undefined;

export class ReactionSender {
  private order: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: Journal,
    private readonly registry: DefinitionRegistry,
    private readonly confirmations: Confirmations,
    private readonly log: Log,
  ) {}

  /** Resolves when the messages are durable; rejects when that is unknown, and then they must be sent again. */
  async send(reactions: readonly Reaction[]): Promise<void> {
    const sent = this.order.then(() => this.sendNow(reactions));
    this.order = sent.then(noValue, noValue);
    const { decided } = await sent;
    await decided;
  }

  /** One after the other: the termination of a child must not overtake its start. Their decisions need no order. */
  private async sendNow(reactions: readonly Reaction[]): Promise<{ readonly decided: Promise<void> | undefined }> {
    const commands = await Promise.all(reactions.map((reaction) => this.commandOf(reaction)));
    const decided = this.journal.isSendDurable ? undefined : this.confirmations.all(commands.map(({ id }) => id));
    await this.journal.send(commands);
    return { decided };
  }

  private async commandOf(reaction: Reaction): Promise<Command> {
    return reaction.kind === 'command' ? reaction.command : this.startCommand(reaction);
  }

  /** A start with its definition looked up, or word to the requester that there is none. */
  private async startCommand(request: StartRequest): Promise<Command> {
    try {
      const found = await this.digest(request);
      if (typeof found === 'string') return this.refusal(request, found);
      const { id, workflowId, input, correlationId, priority, taskToDomain, parent } = request;
      return {
        type: 'StartWorkflow',
        version: 1,
        id,
        workflowId,
        repeatable: true,
        data: {
          definition: found.digest,
          name: found.name,
          version: found.version,
          input,
          ...(correlationId === undefined ? {} : { correlationId }),
          ...(priority === undefined ? {} : { priority }),
          ...(taskToDomain === undefined ? {} : { taskToDomain }),
          ...(parent === undefined ? {} : { parent }),
        },
      };
    } catch (error) {
      if (isDaCapoError(error) && error.retryable) throw error;
      this.log.error({ workflowId: request.workflowId, error }, 'a workflow could not be prepared for its start');
      return this.refusal(request, `Error starting workflow ${request.name}`);
    }
  }

  private async digest(
    request: StartRequest,
  ): Promise<{ readonly digest: string; readonly name: string; readonly version: number } | string> {
    const { name, version, definition } = request;
    if (definition !== undefined) {
      const parsed = parseWorkflowDef(definition);
      if (!parsed.ok)
        return `Invalid sub-workflow definition: ${parsed.violations.map((violation) => violation.message).join(' ')}`;
      return {
        digest: await this.registry.digestOf(parsed.value),
        name: parsed.value.name,
        version: parsed.value.version,
      };
    }
    const found = await this.registry.snapshotOf(name, version);
    return found === undefined
      ? `No such workflow defined. name=${name}, version=${version ?? 'latest'}`
      : { ...found, name };
  }

  private refusal({ id, name, parent, requester }: StartRequest, reason: string): Command {
    const header = { version: 1, id: `${id}:refused`, workflowId: requester, repeatable: true } as const;
    return parent === undefined
      ? { ...header, type: 'RecordFailureWorkflowRefusal', data: { name, reason } }
      : { ...header, type: 'RecordChildRefusal', data: { taskId: parent.taskId, reason } };
  }
}
