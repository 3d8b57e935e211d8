import type { Event, EventData, EventType, WorkflowDocument } from '@dacapo/contracts';

import { projectWorkflow } from './project-workflow.js';

let seq = 0;
function event<T extends EventType>(type: T, data: EventData<T>, time = 0): Event {
  seq += 1;
  return {
    type,
    version: 1,
    workflowId: 'w',
    seq,
    time,
    causation: '0:1',
    data,
    epoch: 1,
    hash: 'h',
  } as unknown as Event;
}

const begin = (more: Partial<EventData<'WorkflowStarted'>> = {}): Event =>
  event(
    'WorkflowStarted',
    { definition: 'd', name: 'n', version: 2, input: { x: 1 }, variables: { v: 1 }, ...more },
    10,
  );

function fold(...events: readonly Event[]): WorkflowDocument {
  let document: WorkflowDocument | undefined;
  for (const one of events) document = projectWorkflow(document, one, { partition: 3, offset: 100 + one.seq });
  if (document === undefined) throw new Error('no events');
  return document;
}

beforeEach(() => {
  seq = 0;
});

describe('the workflow document', () => {
  it('begins with the start', () => {
    const parent = { workflowId: 'p', taskId: 't' };
    expect(fold(begin({ correlationId: 'c', priority: 4, taskToDomain: { '*': 'b' }, parent, event: 'e' }))).toEqual({
      workflowId: 'w',
      seq: 1,
      partition: 3,
      firstOffset: 101,
      lastOffset: 101,
      name: 'n',
      version: 2,
      definition: 'd',
      status: 'RUNNING',
      createTime: 10,
      updateTime: 10,
      input: { x: 1 },
      output: {},
      variables: { v: 1 },
      priority: 4,
      correlationId: 'c',
      taskToDomain: { '*': 'b' },
      parent,
      event: 'e',
      failedReferenceTaskNames: [],
      failedTaskNames: [],
    });
  });

  it('I21 bears number and offset of the last event', () => {
    expect(fold(begin(), event('TaskLogged', { taskId: 't', log: 'l' }, 20))).toMatchObject({
      seq: 2,
      firstOffset: 101,
      lastOffset: 102,
      updateTime: 20,
    });
  });

  it('a refusal moves nothing but its place', () => {
    const before = fold(begin());
    const after = projectWorkflow(before, event('CommandRejected', { command: 'c', code: 'x', message: 'm' }, 99), {
      partition: 3,
      offset: 102,
    });
    expect(after).toEqual({ ...before, seq: 2, lastOffset: 102 });
  });

  it('is paused and resumed', () => {
    expect(fold(begin(), event('WorkflowPaused', {}, 20)).status).toBe('PAUSED');
    expect(fold(begin(), event('WorkflowPaused', {}, 20), event('WorkflowResumed', {}, 30))).toMatchObject({
      status: 'RUNNING',
      lastRetriedTime: 30,
    });
  });

  const names = { failedReferenceTaskNames: ['a'], failedTaskNames: ['A'] };
  it.each([
    ['WorkflowFailed', 'FAILED'],
    ['WorkflowTimedOut', 'TIMED_OUT'],
    ['WorkflowTerminated', 'TERMINATED'],
  ] as const)('%s is %s', (type, status) => {
    expect(fold(begin(), event(type, { output: { y: 1 }, reason: 'r', ...names }, 40))).toMatchObject({
      status,
      output: { y: 1 },
      reason: 'r',
      endTime: 40,
      updateTime: 40,
      ...names,
    });
  });

  it('WorkflowCompleted is COMPLETED, with the names of what had failed on the way', () => {
    expect(fold(begin(), event('WorkflowCompleted', { output: { y: 1 }, ...names }, 40))).toMatchObject({
      status: 'COMPLETED',
      output: { y: 1 },
      endTime: 40,
      ...names,
    });
    expect(fold(begin(), event('WorkflowCompleted', { output: {} }))).toMatchObject({
      failedReferenceTaskNames: [],
      failedTaskNames: [],
    });
  });

  it('a retry opens it again', () => {
    const document = fold(
      begin(),
      event('WorkflowFailed', { output: {}, reason: 'r', ...names }, 40),
      event('WorkflowRetried', { run: 1 }, 50),
    );
    expect(document).toMatchObject({ status: 'RUNNING', lastRetriedTime: 50 });
    expect([document.endTime, document.reason]).toEqual([undefined, undefined]);
  });

  const failed = event(
    'WorkflowFailed',
    { output: { y: 1 }, reason: 'r', failedReferenceTaskNames: ['a'], failedTaskNames: ['a'] },
    40,
  );

  it('A18 a restart begins anew on its id', () => {
    const document = fold(
      begin(),
      { ...failed, seq: 2 },
      event('WorkflowRestarted', { run: 1, variables: { v: 9 }, definition: 'd2', version: 3 }, 50),
    );
    expect(document).toMatchObject({
      status: 'RUNNING',
      createTime: 50,
      input: { x: 1 },
      output: {},
      variables: { v: 9 },
      definition: 'd2',
      version: 3,
      failedReferenceTaskNames: [],
      failedTaskNames: [],
    });
    expect([document.endTime, document.reason, document.lastRetriedTime]).toEqual([undefined, undefined, undefined]);
  });

  it('A19 a rerun keeps when it was created; as a whole it has not failed yet', () => {
    const data = { run: 1, input: { x: 2 }, correlationId: 'c' };
    const document = fold(begin(), { ...failed, seq: 2 }, event('WorkflowReran', data, 50));
    expect(document).toMatchObject({
      status: 'RUNNING',
      createTime: 10,
      lastRetriedTime: 50,
      input: { x: 2 },
      correlationId: 'c',
      output: {},
      failedTaskNames: [],
    });
    const partial = fold(begin(), { ...failed, seq: 2 }, event('WorkflowReran', { run: 1, fromTaskId: 't' }, 50));
    expect(partial).toMatchObject({ input: { x: 1 }, failedTaskNames: ['a'] });
  });

  it('A14 runs again because a child does', () => {
    const data = { run: 1, childWorkflowId: 'c', chain: 'c.1/c', operation: 'retried' } as const;
    const document = fold(begin(), { ...failed, seq: 2 }, event('WorkflowReopened', data, 50));
    expect(document).toMatchObject({ status: 'RUNNING', lastRetriedTime: 50 });
    expect([document.endTime, document.reason]).toEqual([undefined, undefined]);
  });

  it('is removed, and archived when that was wished', () => {
    const removed = fold(begin(), event('WorkflowRemoved', { archived: false }));
    expect(removed).toMatchObject({ isRemoved: true });
    expect(removed).not.toHaveProperty('isArchived');
    expect(fold(begin(), event('WorkflowRemoved', { archived: true }))).toMatchObject({ isArchived: true });
  });

  it('is quarantined', () => {
    expect(fold(begin(), event('WorkflowQuarantined', { reason: 'odd' }))).toMatchObject({
      status: 'QUARANTINED',
      reason: 'odd',
    });
  });

  it('takes variables key by key', () => {
    expect(fold(begin(), event('VariablesSet', { taskId: 't', variables: { u: 2 } })).variables).toEqual({
      v: 1,
      u: 2,
    });
  });

  it('says when the failure workflow could not be started', () => {
    const document = fold(
      begin(),
      event('WorkflowFailed', { output: { y: 1 }, ...names }),
      event('FailureWorkflowRefused', { name: 'cleanup', reason: 'gone' }),
    );
    expect(document.output).toEqual({
      y: 1,
      'conductor.failure_workflow': 'Error workflow cleanup failed to start.  reason: gone',
    });
  });

  it('never changes the document it is given', () => {
    const document = Object.freeze(fold(begin()));
    expect(() => projectWorkflow(document, event('WorkflowPaused', {}), { partition: 3, offset: 1 })).not.toThrow();
    expect(document.status).toBe('RUNNING');
  });

  it('I21 an event without a document before it is a defect', () => {
    expect(() => projectWorkflow(undefined, event('WorkflowPaused', {}), { partition: 0, offset: 0 })).toThrow('I21');
  });
});
