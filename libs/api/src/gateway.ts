/** What this library needs of the runtime, and the token under which Nest hands it out. */
import { type Command, DaCapoError, type ErrorCode, errorCodes } from '@dacapo/contracts';
import type { Answer, GatewayRuntime } from '@dacapo/runtime';

export type Gateway = GatewayRuntime;

export interface ApiOptions {
  readonly gateway: Gateway;
  /** Checks a workflow's whole history; undefined when there is no such workflow. */
  readonly verify: (workflowId: string) => Promise<unknown>;
  /** Whether `GET /api/secrets/{key}` tells values. Default false: there are no rights yet that could decide it. */
  readonly areSecretsReadable?: boolean;
  /** What `GET /api/version` says. */
  readonly version?: string;
}

export const apiOptions = Symbol('ApiOptions');

export const positionHeader = 'x-dacapo-position';

/** Sends the command and waits for what came of it. A refusal is thrown, unless it is one that Conductor answers with 200. */
export async function ask(gateway: Pick<Gateway, 'answers' | 'views'>, command: Command): Promise<Answer> {
  // The log is kept for ever: a made-up id must not leave anything in it.
  if (command.type !== 'StartWorkflow' && (await gateway.views.isUnknown(command.workflowId))) throw notFound(command);
  const answer = await gateway.answers.ask(command);
  const { event } = answer;
  if (event.type === 'WorkflowQuarantined') throw new DaCapoError('INVARIANT_BROKEN', event.data.reason);
  if (event.type !== 'CommandRejected') return answer;
  const code = codeOf(event.data.code);
  if (errorCodes[code].kind === 'ignored') return answer;
  throw new DaCapoError(code, event.data.message);
}

function notFound({ workflowId }: Command): DaCapoError {
  return new DaCapoError('WORKFLOW_NOT_FOUND', `No such workflow found by id: ${workflowId}`);
}

function codeOf(code: string): ErrorCode {
  return Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'INVARIANT_BROKEN';
}

/** The codes of refusals that are no errors, for who wants to tell them apart. */
export function refusalOf({ event }: Answer): string | undefined {
  return event.type === 'CommandRejected' ? event.data.code : undefined;
}
