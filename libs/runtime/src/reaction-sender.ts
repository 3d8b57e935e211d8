/** Sends what follows elsewhere from events that are durable: at least once, with ids that let the receiver drop repeats. */
import { type Command, DaCapoError, type EvaluationOutcome, isDaCapoError, type JsonObject } from '@dacapo/contracts';
import { parseWorkflowDef } from '@dacapo/definitions';
import {
  type CachedOutputRequest,
  type EvaluationRequest,
  type KeepOutput,
  type PermitRequest,
  type Reaction,
  startFault,
  startInput,
  type StartRequest,
  type TaskDefsRequest,
} from '@dacapo/engine';
import type { Journal, ScriptOutcome, ScriptSandbox } from '@dacapo/ports';

import type { CachedOutputs } from './cached-outputs.js';
import type { Confirmations } from './confirmations.js';
import type { DefinitionRegistry } from './definition-registry.js';
import type { Log } from './log.js';
import { Unsent } from './unsent.js';

type Ordered = Exclude<Reaction, EvaluationRequest | CachedOutputRequest | KeepOutput>;

const noValue = (): void => undefined;

export class ReactionSender {
  private order: Promise<void> = Promise.resolve();
  private readonly unsent = new Unsent<readonly Reaction[]>();

  constructor(
    private readonly journal: Journal,
    private readonly registry: DefinitionRegistry,
    private readonly confirmations: Confirmations,
    private readonly log: Log,
    /** Without one, scripts that the engine does not run itself fail. */
    private readonly sandbox?: ScriptSandbox,
    /** Without them every task is done. */
    private readonly outputs?: CachedOutputs,
  ) {}

  /** Resolves when the messages are durable; rejects when that is unknown, and then the same list must be sent again. */
  async send(reactions: readonly Reaction[]): Promise<void> {
    const others: Ordered[] = [];
    const alone: Promise<void>[] = [];
    for (const reaction of reactions) {
      // Nobody else waits for a script, or for the cache.
      if (reaction.kind === 'evaluation') alone.push(this.evaluate(reaction));
      else if (reaction.kind === 'cached-output') alone.push(this.findOutput(reaction));
      else if (reaction.kind === 'keep-output') this.outputs?.keep(reaction);
      else others.push(reaction);
    }
    await Promise.all([...alone, this.sendInOrder(reactions, others)]);
  }

  private async sendInOrder(batch: readonly Reaction[], ordered: readonly Ordered[]): Promise<void> {
    if (ordered.length === 0) return;
    const sent = this.order.then(() => this.sendUnlessBehind(batch, ordered));
    this.order = sent.then(noValue, noValue);
    const { decided } = await sent;
    await decided;
  }

  /** The termination of a child must not overtake its start, also when that is sent again. */
  private async sendUnlessBehind(
    batch: readonly Reaction[],
    ordered: readonly Ordered[],
  ): Promise<{ readonly decided: Promise<void> | undefined }> {
    const receivers = ordered.map(receiverOf);
    try {
      if (this.unsent.isBehind(batch, receivers))
        throw new DaCapoError('JOURNAL_UNAVAILABLE', 'An earlier message to the same workflow has not been sent yet');
      const sent = await this.sendNow(ordered);
      this.unsent.sent(batch, receivers);
      return sent;
    } catch (error) {
      this.unsent.note(batch, receivers);
      throw error;
    }
  }

  /** Their decisions need no order. */
  private async sendNow(reactions: readonly Ordered[]): Promise<{ readonly decided: Promise<void> | undefined }> {
    const commands = await Promise.all(reactions.map((reaction) => this.commandOf(reaction)));
    return this.sendAll(commands);
  }

  /** `decided` tells when they are durable, where sending does not. */
  private async sendAll(commands: readonly Command[]): Promise<{ readonly decided: Promise<void> | undefined }> {
    const decided = this.journal.isSendDurable ? undefined : this.confirmations.all(commands.map(({ id }) => id));
    await this.journal.send(commands);
    return { decided };
  }

  private async commandOf(reaction: Ordered): Promise<Command> {
    switch (reaction.kind) {
      case 'command':
        return reaction.command;
      case 'start-request':
        return this.startCommand(reaction);
      case 'task-defs':
        return this.taskDefs(reaction);
      case 'permit-request':
        return this.permitCommand(reaction);
      default:
        return reaction satisfies never;
    }
  }

  /** The numbers that count are those of the definition as it is now. */
  private permitCommand({ command }: PermitRequest): Command {
    const { name } = command.data;
    if (this.registry.taskDef(name) === undefined) return command;
    return { ...command, data: { ...command.data, limits: this.registry.limitsOf(name) ?? {} } };
  }

  private async evaluate({ id, workflowId, seq, time, request }: EvaluationRequest): Promise<void> {
    const { taskId, form, source, input, fuel } = request;
    const outcome = await this.sandbox?.evaluate({ form, source, input, fuel, now: time, seed: id });
    const { decided } = await this.sendAll([
      {
        type: 'RecordEvaluation',
        version: 1,
        id: `${id}:evaluated`,
        workflowId,
        repeatable: true,
        data: {
          taskId,
          request: seq,
          outcome: recorded(outcome ?? { ok: false, kind: 'fault', message: 'Scripts are switched off' }),
          sandbox: this.sandbox?.build ?? 'none',
        },
      },
    ]);
    await decided;
  }

  private async findOutput({ id, workflowId, time, request }: CachedOutputRequest): Promise<void> {
    const { taskId, cacheId } = request;
    const output = await this.outputs?.find(cacheId, time);
    const data = { taskId, ...(output === undefined ? {} : { output }) };
    const answer = { type: 'RecordCachedOutput', version: 1, id: `${id}:found`, workflowId, repeatable: true } as const;
    const { decided } = await this.sendAll([{ ...answer, data }]);
    await decided;
  }

  private taskDefs({ id, workflowId, request }: TaskDefsRequest): Command {
    const found: Record<string, JsonObject> = {};
    for (const name of request.names) {
      const def = this.registry.taskDef(name);
      if (def !== undefined) found[name] = { ...def };
    }
    return {
      type: 'RecordTaskDefs',
      version: 1,
      id: `${id}:found`,
      workflowId,
      repeatable: true,
      data: { taskId: request.taskId, taskDefs: found },
    };
  }

  /** A start with its definition looked up, or word to the requester that there is none. */
  private async startCommand(request: StartRequest): Promise<Command> {
    try {
      const found = await this.digest(request);
      if (typeof found === 'string') return this.refusal(request, found);
      const { id, workflowId, input, correlationId, priority, taskToDomain, parent } = request;
      // The start would be refused for the same reason, and nobody would tell the requester.
      const fault = this.startFault(found.digest, input);
      if (fault !== undefined) return this.refusal(request, fault);
      const environment = this.registry.environmentFor(found.digest);
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
          ...(environment === undefined ? {} : { environment }),
        },
      };
    } catch (error) {
      if (isDaCapoError(error) && error.retryable) throw error;
      this.log.error({ workflowId: request.workflowId, error }, 'a workflow could not be prepared for its start');
      return this.refusal(request, `Error starting workflow ${request.name}`);
    }
  }

  private startFault(digest: string, input: JsonObject): string | undefined {
    const flow = this.registry.flow(digest);
    return flow === undefined ? undefined : startFault(flow, startInput(flow, input));
  }

  private async digest(
    request: StartRequest,
  ): Promise<{ readonly digest: string; readonly name: string; readonly version: number } | string> {
    const { name, version, definition } = request;
    if (definition !== undefined) {
      const parsed = parseWorkflowDef(definition, { environmentNames: this.registry.environmentNames });
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

/** Who is told; of a start that turns out to be impossible it is another one, whose messages need no order. */
function receiverOf(reaction: Ordered): string {
  return 'command' in reaction ? reaction.command.workflowId : reaction.workflowId;
}

function recorded(outcome: ScriptOutcome): EvaluationOutcome {
  return outcome.ok ? { value: outcome.value } : { kind: outcome.kind, message: outcome.message };
}
