/** FORK_JOIN: the first task of every branch and the JOIN behind come into being together (contract 6.4). */
import { completeTask } from '../attempt-end.js';
import type { Decision } from '../decision.js';
import type { Node } from '../flow.js';
import { resolveInput, schedule } from '../schedule.js';
import { failWorkflow } from '../workflow-end.js';
import type { Operator, Retry } from './operator.js';

export const forkJoin: Operator = {
  enter(decision: Decision, node: Node, retry?: Retry): void {
    if (node.next?.task.type !== 'JOIN') {
      return failWorkflow(
        decision,
        'FAILED',
        'Fork task definition is not followed by a join task.  Check the blueprint',
      );
    }
    schedule(decision, {
      node,
      taskType: 'FORK',
      input: resolveInput(decision, node),
      status: 'IN_PROGRESS',
      ...(retry === undefined ? {} : { previous: retry.previous }),
    });
    const task = decision.task(node.reference);
    if (task !== undefined) completeTask(decision, task, {});
  },

  follow(decision: Decision, node: Node): void {
    for (const branch of node.branches) decision.enter(branch);
    if (node.next !== undefined) decision.enter(node.next);
  },
  // The end of a branch leads nowhere by itself: the JOIN hears of the tasks that it waits for.
};
