/** Polled tasks as their worker gets them: with secrets and values in place of their names. */
import type { TaskDocument } from '@dacapo/contracts';
import { handOut, needsHandOut } from '@dacapo/runtime';

import type { Gateway } from '../gateway.js';
import { limits } from '../limits.js';
import { taskText } from './to-task.js';

/** A task whose secrets cannot be read goes back to its queue for a while; the others are still handed out (contract 5.6). */
export async function handedOutTexts(gateway: Gateway, tasks: readonly TaskDocument[]): Promise<readonly string[]> {
  const { registry } = gateway;
  if (!tasks.some((task) => needsHandOut(task, registry))) return tasks.map((task) => taskText(task, registry));
  const texts = await Promise.all(tasks.map((task) => handedOutText(gateway, task)));
  return texts.filter((text) => text !== undefined);
}

async function handedOutText(gateway: Gateway, task: TaskDocument): Promise<string | undefined> {
  try {
    const { task: handed, runtimeMetadata } = await handOut(task, gateway.registry);
    return taskText(handed, gateway.registry, runtimeMetadata === undefined ? {} : { runtimeMetadata });
  } catch {
    giveBack(gateway, task, limits.handOutPauseSeconds);
    return undefined;
  }
}

/** To its queue, to be offered again after the pause. If that is lost too, the end of its lease brings it back. */
export function giveBack(gateway: Gateway, { taskId, workflowId }: TaskDocument, callbackAfterSeconds: number): void {
  const command = gateway.commands.make('ProgressTask', workflowId, { taskId, callbackAfterSeconds, handedBack: true });
  gateway.answers.ask(command).catch(() => undefined);
}
