import { aTask, aWorkflow } from '@dacapo/ports-testing';

import { classifierOf, toSummary } from './to-summary.js';
import { workflowText } from './to-workflow.js';

const nothing = { content: () => undefined, taskDef: () => undefined };

function read(...args: Parameters<typeof aWorkflow>): Record<string, unknown> {
  return JSON.parse(workflowText({ workflow: aWorkflow(...args) }, nothing, 5_000)) as Record<string, unknown>;
}

describe('workflowText', () => {
  it('has every field that Conductor always writes, and no null', () => {
    expect(read('w')).toEqual({
      createTime: 1_000,
      updateTime: 1_000,
      startTime: 1_000,
      endTime: 0,
      status: 'RUNNING',
      workflowId: 'w',
      workflowName: 'order',
      workflowVersion: 1,
      input: {},
      output: {},
      variables: {},
      taskToDomain: {},
      failedReferenceTaskNames: [],
      failedTaskNames: [],
      priority: 0,
      lastRetriedTime: 0,
      history: [],
      rateLimited: false,
      tasks: [],
    });
  });

  it('shows a quarantined workflow as paused, with its reason', () => {
    expect(read('w', { status: 'QUARANTINED', reason: 'I14 broke' })).toMatchObject({
      status: 'PAUSED',
      reasonForIncompletion: 'QUARANTINED: I14 broke',
    });
  });

  it('names the parent and marks retried attempts', () => {
    const tasks = [aTask('a', 'w'), aTask('b', 'w', { retriedTaskId: 'a' })];
    const workflow = aWorkflow('w', { parent: { workflowId: 'p', taskId: 'pt' } });
    expect(JSON.parse(workflowText({ workflow, tasks }, nothing, 5_000))).toMatchObject({
      parentWorkflowId: 'p',
      parentWorkflowTaskId: 'pt',
      tasks: [
        { taskId: 'a', retried: true },
        { taskId: 'b', retried: false },
      ],
    });
  });
});

describe('toSummary', () => {
  it('writes times as texts and maps as JSON', () => {
    const workflow = aWorkflow('w', {
      createTime: 0,
      endTime: 1_500,
      input: { a: [1] },
      failedReferenceTaskNames: ['x', 'y'],
    });
    expect(toSummary(workflow, undefined)).toMatchObject({
      startTime: '1970-01-01T00:00:00.000Z',
      endTime: '1970-01-01T00:00:01.500Z',
      executionTime: 1_500,
      input: '{"a":[1]}',
      inputSize: 9,
      failedReferenceTaskNames: 'x,y',
      parentWorkflowId: '',
    });
  });

  it('has no end before the end', () => {
    expect(JSON.parse(JSON.stringify(toSummary(aWorkflow('w'), undefined)))).not.toHaveProperty('endTime');
  });
});

describe('classifierOf', () => {
  it.each([
    [undefined, 'workflow'],
    [{}, 'workflow'],
    [{ classifier: 'mine' }, 'mine'],
    [{ agentDef: {} }, 'agent'],
    [{ agent_sdk: 'x' }, 'agent'],
  ])('of %j is %s', (metadata, expected) => {
    expect(classifierOf(metadata === undefined ? undefined : ({ metadata } as never))).toBe(expected);
  });
});
