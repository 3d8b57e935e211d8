/** Which workflow a rerun at a task is about: the one that is named, or one of its sub-workflows at any depth (contract 5.12). */
import type { Views } from './views.js';

/** More generations than this are not looked through. */
const generationsMax = 100;

/**
 * The id of the workflow that RerunWorkflow is to be sent to; its parents hear of it by themselves (RecordChildReopened). Undefined when
 * there is no such task in the workflow, or below it.
 */
export async function rerunTarget(
  views: Pick<Views, 'task' | 'workflow'>,
  workflowId: string,
  taskId: string,
): Promise<string | undefined> {
  const target = (await views.task(taskId, undefined))?.workflowId;
  let here = target;
  for (let generation = 0; here !== undefined && generation < generationsMax; generation++) {
    if (here === workflowId) return target;
    here = (await views.workflow(here))?.parent?.workflowId;
  }
  return undefined;
}
