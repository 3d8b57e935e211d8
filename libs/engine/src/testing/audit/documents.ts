/** The read models (I21): after every decision the documents of the workflow and of its tasks say what the engine says. */
import type { Event, TaskDocument, WorkflowDocument } from '@dacapo/contracts';
import { projectTask, projectWorkflow, tasksOf } from '@dacapo/projections';

import type { TaskState, WorkflowState } from '../../state.js';
import type { LifeAudit } from './life.js';
import { must } from './must.js';
import { sameJson } from './same-json.js';

const workflowFields = [
  'workflowId',
  'status',
  'name',
  'version',
  'definition',
  'createTime',
  'input',
  'variables',
  'reason',
  'correlationId',
  'priority',
  'parent',
  'rateLimited',
  'rateLimitKey',
  'idempotencyKey',
  'seq',
  'isRemoved',
];
const failedFields = ['failedReferenceTaskNames', 'failedTaskNames'];

const taskFields = [
  'taskId',
  'referenceTaskName',
  'taskType',
  'taskDefName',
  'taskSeq',
  'status',
  'input',
  'output',
  'retryCount',
  'pollCount',
  'scheduledTime',
  'startTime',
  'endTime',
  'updateTime',
  'ready',
  'retried',
  'workerId',
  'reason',
  'queue',
  'domain',
  'domains',
  'delivery',
  'subWorkflowId',
  'scope',
  'fork',
];

export class DocumentAudit {
  private workflow: WorkflowDocument | undefined;
  private readonly tasks = new Map<string, TaskDocument>();

  constructor(private readonly life: LifeAudit) {}

  take(event: Event): void {
    const place = { partition: 3, offset: event.seq + 10 };
    this.workflow = projectWorkflow(this.workflow, event, place);
    for (const taskId of tasksOf(event)) this.tasks.set(taskId, projectTask(this.tasks.get(taskId), event, place));
  }

  /** After a decision. */
  check(state: WorkflowState): void {
    must(this.workflow !== undefined, 'I21 there is a document');
    this.checkWorkflow(this.workflow, state);
    for (const task of Object.values(state.tasks)) this.checkTask(task);
    for (const { taskId, isRemoved } of this.tasks.values())
      must(isRemoved !== Object.hasOwn(state.references, taskId), `I21 ${taskId} is shown if it is there`);
  }

  private checkWorkflow(document: WorkflowDocument, state: WorkflowState): void {
    compare('I21 the workflow document', document, state, workflowFields);
    // The names of what failed are told at the end (contract 5.4).
    if (this.life.ended !== undefined) compare('I21 the workflow document', document, state, failedFields);
    // That a failure workflow could not be started is shown in the output; the engine itself need not know.
    if (!this.life.refusedFailureWorkflow) compare('I21 the workflow document', document, state, ['output']);
  }

  private checkTask(task: TaskState): void {
    const document = this.tasks.get(task.taskId);
    must(document !== undefined, 'I21 every attempt has a document');
    compare(`I21 the document of ${task.referenceTaskName}`, document, task, taskFields);
    must(document.isRemoved !== true, `I21 ${task.referenceTaskName} is shown`);
  }
}

function compare(what: string, document: object, state: object, fields: readonly string[]): void {
  const [there, here] = [document as Readonly<Record<string, unknown>>, state as Readonly<Record<string, unknown>>];
  for (const field of fields) {
    must(sameJson(there[field], here[field]), `${what} has the ${field} of the engine`, there[field], here[field]);
  }
}
