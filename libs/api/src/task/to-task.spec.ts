import { defaultTaskDef, parseWorkflowDef, populate, type WorkflowDef } from '@dacapo/definitions';
import { aTask } from '@dacapo/ports-testing';

import type { Definitions } from './definition-texts.js';
import { forkedTasksOf } from './forked-tasks.js';
import { queueWaitTime, taskText, toTask } from './to-task.js';

function definitionsOf(tasks: readonly object[]): Definitions {
  const parsed = parseWorkflowDef({ name: 'order', tasks });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  const lookups = { taskDef: () => undefined, latestVersion: () => undefined };
  const definition: WorkflowDef = populate(parsed.value, lookups);
  return {
    content: (digest) => (digest === 'digest' ? definition : undefined),
    taskDef: (name) => (name === 'registered' ? defaultTaskDef(name) : undefined),
  };
}

const pay = { name: 'pay', taskReferenceName: 'pay_ref', inputParameters: { a: [null] } };
const definitions = definitionsOf([pay]);

describe('toTask', () => {
  it('says the same as the text', () => {
    for (const task of [
      aTask('t', 'w'),
      aTask('t', 'w', { status: 'FAILED', reason: 'x'.repeat(600), workerId: 'me', domain: 'd', logs: [] }),
      aTask('t', 'w', { referenceTaskName: 'unknown', taskDefName: 'registered' }),
    ]) {
      const view = { now: 5_000 };
      expect(JSON.parse(taskText(task, definitions, view))).toEqual(
        JSON.parse(JSON.stringify(toTask(task, definitions, view))),
      );
    }
  });

  it('omits what is absent and keeps nulls of users', () => {
    const text = taskText(aTask('t', 'w', { input: { a: null } }), definitions);
    const json = JSON.parse(text);
    for (const name of [
      'workerId',
      'domain',
      'reasonForIncompletion',
      'retriedTaskId',
      'subWorkflowId',
      'correlationId',
      'logs',
    ])
      expect(json).not.toHaveProperty(name);
    expect(json.inputData).toEqual({ a: null });
    expect(json.workflowTask).toMatchObject({
      name: 'pay',
      inputParameters: { a: [null] },
      taskDefinition: { name: 'pay' },
    });
    expect(json.taskDefinition.retryCount).toBe(3);
  });

  it('finds the definition of a task in a loop by its name without the iteration', () => {
    const loop = { name: 'loop', taskReferenceName: 'loop', type: 'DO_WHILE', loopCondition: 'false', loopOver: [pay] };
    const task = aTask('t', 'w', { referenceTaskName: 'pay_ref__2', scope: '__2', iteration: 2 });
    expect(toTask(task, definitionsOf([loop]))).toMatchObject({
      referenceTaskName: 'pay_ref__2',
      loopOverTask: true,
      workflowTask: { taskReferenceName: 'pay_ref' },
    });
  });

  it('takes a reference name that only looks like one of a loop for what it is', () => {
    const odd = { ...pay, taskReferenceName: 'pay__2' };
    const task = aTask('t', 'w', { referenceTaskName: 'pay__2' });
    expect(toTask(task, definitionsOf([odd]))).toMatchObject({ workflowTask: { taskReferenceName: 'pay__2' } });
  });

  it('gives a DYNAMIC task its name and the definition of that name', () => {
    const dynamic = { name: 'any', taskReferenceName: 'd', type: 'DYNAMIC', dynamicTaskNameParam: 'worker' };
    const shown = (taskDefName: string) =>
      toTask(aTask('t', 'w', { referenceTaskName: 'd', taskDefName }), definitionsOf([dynamic]));
    expect(shown('registered')).toMatchObject({
      workflowTask: { name: 'registered', type: 'DYNAMIC', taskDefinition: { name: 'registered' } },
      taskDefinition: { name: 'registered' },
    });
    expect(shown('other')).toMatchObject({ workflowTask: { name: 'other' } });
    expect(shown('other')).not.toHaveProperty('taskDefinition');
  });

  it('finds a branch of a dynamic fork, and what is inside of it, in the input of the fork', () => {
    const inner = { name: 'inner', taskReferenceName: 'in' };
    const branch = { name: 'registered', taskReferenceName: 'b', decisionCases: { x: [inner] }, optional: true };
    const fork = aTask('f', 'w', {
      taskType: 'FORK',
      referenceTaskName: 'fork__2',
      input: { forkedTaskDefs: [branch] },
    });
    const forked = forkedTasksOf([aTask('f0', 'w', { taskType: 'FORK', referenceTaskName: 'fork__2' }), fork]);
    const shown = (reference: string, view = {}) =>
      toTask(
        aTask('t', 'w', { referenceTaskName: `${reference}__2`, scope: '__2', fork: 'fork__2', taskDefName: 'named' }),
        definitions,
        view,
      );
    expect(shown('b', { forked })).toMatchObject({
      workflowTask: { name: 'registered', taskReferenceName: 'b', optional: true, startDelay: 0 },
      taskDefinition: { name: 'registered' },
    });
    expect(shown('in', { forked })).toMatchObject({ workflowTask: { name: 'inner', taskReferenceName: 'in' } });
    for (const other of [shown('gone', { forked }), shown('gone')])
      expect(other).toMatchObject({ workflowTask: { name: 'named', taskReferenceName: 'gone' } });
  });

  it('names at least name and reference of a task that no definition knows', () => {
    const task = aTask('t', 'w', { definition: 'gone', referenceTaskName: 'forked', taskDefName: 'registered' });
    expect(toTask(task, definitions)).toMatchObject({
      workflowTask: { name: 'registered', taskReferenceName: 'forked', type: 'SIMPLE' },
      taskDefinition: { name: 'registered' },
    });
  });

  it('marks what is over, what was retried, and what the server holds', () => {
    expect(toTask(aTask('t', 'w', { status: 'TIMED_OUT' }), definitions, { isRetried: true })).toMatchObject({
      executed: true,
      retried: true,
    });
    expect(toTask(aTask('t', 'w', { queue: undefined }), definitions)).toMatchObject({
      callbackFromWorker: false,
      executed: false,
    });
  });

  it('looks for the sub-workflow in the output, then in the input', () => {
    expect(toTask(aTask('t', 'w', { input: { subWorkflowId: 'i' } }), definitions)['subWorkflowId']).toBe('i');
    const both = aTask('t', 'w', { input: { subWorkflowId: 'i' }, output: { subWorkflowId: 'o' } });
    expect(toTask(both, definitions)['subWorkflowId']).toBe('o');
  });
});

describe('queueWaitTime', () => {
  it.each([
    [{ scheduledTime: 1_000, startTime: 0 }, 0],
    [{ scheduledTime: 1_000, startTime: 1_400 }, 400],
    [{ scheduledTime: 1_000, startTime: 1_400, updateTime: 2_000, callbackAfterSeconds: 1 }, 7_000],
    [{ scheduledTime: 1_000, startTime: 1_400, updateTime: 9_999, callbackAfterSeconds: 1 }, 0],
  ])('of %j is %d', (changes, expected) => {
    expect(queueWaitTime(aTask('t', 'w', changes), 10_000)).toBe(expected);
  });
});
