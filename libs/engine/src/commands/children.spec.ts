import { aWorkflow, simple, subWorkflow } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import {
  childEnds,
  childRefused,
  fail,
  failureWorkflowRefused,
  pause,
  resume,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

describe('RecordChildEnd', () => {
  const workflow = aWorkflow().withTask(subWorkflow('s', { name: 'child' }), simple('z'));

  it('is held back while the parent is paused', () => {
    given(workflow, [start(), pause])
      .when(childEnds('s', 'COMPLETED', { x: 1 }))
      .then(['TaskCompleted s'])
      .when(resume)
      .then(['WorkflowResumed', 'TaskScheduled z']);
  });

  it('I13 is refused when the parent has ended first', () => {
    given(workflow, [start(), terminateWorkflow()]).when(childEnds('s', 'TERMINATED')).thenRefused('TASK_ENDED');
  });

  it('is refused for a task that is not there', () => {
    given(workflow, [start()])
      .when((run) => run.send('RecordChildEnd', { taskId: 'x', childWorkflowId: 'y', status: 'COMPLETED', output: {} }))
      .thenRefused('TASK_NOT_FOUND');
  });
});

describe('RecordChildRefusal', () => {
  it('is refused when the task is over', () => {
    given(aWorkflow().withTask(subWorkflow('s', { name: 'child' })), [start(), childEnds('s', 'COMPLETED')])
      .when(childRefused('s', 'late'))
      .thenRefused('TASK_ENDED');
  });
});

describe('RecordFailureWorkflowRefusal', () => {
  it('is noted on the ended workflow, whose output says so', () => {
    given(aWorkflow().with({ failureWorkflow: 'cleanup' }).withTask(simple('a')), [start(), fail('a')])
      .when(failureWorkflowRefused('cleanup', 'No such workflow defined.'))
      .then([['FailureWorkflowRefused', { name: 'cleanup', reason: 'No such workflow defined.' }]])
      .thenWorkflow({ status: 'FAILED' });
  });
});
