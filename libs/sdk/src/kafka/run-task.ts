/** One task from its record to its result: check the input, run, turn what came of it into Conductor's TaskResult. */
import { unframed } from '@dacapo/contracts';

import { messageOf } from './connection.js';
import { CallBack, type KafkaTask, type TaskContext, TerminalError, type WorkerTask } from './task.js';

export interface TaskOutcome {
  readonly status: 'COMPLETED' | 'FAILED' | 'FAILED_WITH_TERMINAL_ERROR' | 'IN_PROGRESS';
  readonly outputData?: Readonly<Record<string, unknown>>;
  readonly reasonForIncompletion?: string;
  readonly callbackAfterSeconds?: number;
  readonly logs?: readonly { readonly log: string; readonly createdTime: number }[];
}

export async function runTask(kafkaTask: KafkaTask, task: WorkerTask, signal: AbortSignal): Promise<TaskOutcome> {
  const logs: { readonly log: string; readonly createdTime: number }[] = [];
  const context: TaskContext = {
    task,
    taskId: task.taskId,
    workflowId: task.workflowInstanceId,
    attempt: task.retryCount,
    idempotencyKey: `${task.workflowInstanceId}/${task.referenceTaskName}`,
    signal,
    log: (line) => void logs.push({ log: line, createdTime: Date.now() }),
  };
  const outcome = await outcomeOf(kafkaTask, task, context);
  return logs.length === 0 ? outcome : { ...outcome, logs };
}

async function outcomeOf(
  { input: schema, run }: KafkaTask,
  task: WorkerTask,
  context: TaskContext,
): Promise<TaskOutcome> {
  try {
    const input = schema === undefined ? task.inputData : await checked(schema, task.inputData);
    const output = await run(input, context);
    if (!(output instanceof CallBack)) return { status: 'COMPLETED', outputData: output ?? {} };
    return { status: 'IN_PROGRESS', outputData: output.output, callbackAfterSeconds: output.afterSeconds };
  } catch (error) {
    const status = error instanceof TerminalError ? 'FAILED_WITH_TERMINAL_ERROR' : 'FAILED';
    return { status, reasonForIncompletion: messageOf(error) };
  }
}

async function checked(
  schema: NonNullable<KafkaTask['input']>,
  value: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const faults = result.issues.map(
    ({ path = [], message }) => `${['input', ...path.map(nameOf)].join('.')}: ${message}`,
  );
  throw new TerminalError(`The input does not fit its schema: ${faults.join('; ')}`);
}

function nameOf(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof segment === 'object' ? segment.key : segment);
}

/** Undefined for what is no task: only the dispatcher publishes on these topics, so it is somebody's mistake. */
export function parseTask(value: Buffer | null): WorkerTask | undefined {
  try {
    const task: unknown = value === null ? undefined : JSON.parse(unframed(value).toString('utf8'));
    return isTask(task) ? task : undefined;
  } catch {
    // Not even JSON.
    return undefined;
  }
}

function isTask(value: unknown): value is WorkerTask {
  if (typeof value !== 'object' || value === null) return false;
  const task = value as Partial<WorkerTask>;
  return (
    typeof task.taskId === 'string' &&
    typeof task.workflowInstanceId === 'string' &&
    typeof task.inputData === 'object' &&
    task.inputData !== null
  );
}
