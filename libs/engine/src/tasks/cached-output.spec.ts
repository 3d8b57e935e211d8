import type { EventNamed } from '@dacapo/contracts';

import { reactions } from '../reactions.js';
import { aWorkflow, doWhile, dynamic, simple, task } from '../testing/definitions.js';
import { type Run, startOfTime } from '../testing/run.js';
import { given } from '../testing/specification.js';
import {
  after,
  cacheSays,
  claim,
  complete,
  fail,
  fireTimer,
  fireTimerAfter,
  found,
  jump,
  parkPoll,
  pause,
  restart,
  resume,
  retry,
  start,
  terminateWorkflow,
} from '../testing/steps.js';

const cacheConfig = { key: '${city}', ttlInSecond: 60 };
const inputParameters = { city: '${workflow.input.city}' };
const cached = simple('a', { inputParameters, cacheConfig });
const workflow = aWorkflow().withTask(cached, simple('z', { inputParameters: { w: '${a.output.w}' } }));
const called = start({ city: 'Rome' });
const asked = ['WorkflowStarted', 'TaskScheduled a', 'CachedOutputRequested a'];

function cacheIdOf(run: Run): string {
  const event = run.records.map((each) => each.event).find(({ type }) => type === 'CachedOutputRequested');
  return (event as EventNamed<'CachedOutputRequested'>).data.cacheId;
}

describe('cacheConfig', () => {
  it('asks for an output before the task is anybody’s', () => {
    given(workflow, [parkPoll('a')])
      .when(called)
      .then(asked)
      .thenTask('a', { status: 'SCHEDULED', ready: false })
      .when(claim('a'))
      .thenRefused('TASK_NOT_READY');
  });

  it('completes the task with what was found; it was in no queue, and its output is not kept again', () => {
    const hit = given(workflow, [called])
      .when(cacheSays('a', { w: 'sun' }))
      .then([
        ['CachedOutputRecorded a', { reused: true }],
        'TaskCompleted a',
        ['TaskScheduled z', { input: { w: 'sun' } }],
      ])
      .thenTask('a', { status: 'COMPLETED', output: { w: 'sun' }, pollCount: 0, startTime: 0 });
    expect(hit.run.task('a')).not.toHaveProperty('queue');
    expect(hit.run.records.at(-2)?.event.data).not.toHaveProperty('cacheAs');
  });

  it('queues the task as usual when there is none, and keeps what it gives for its time', () => {
    given(workflow, [parkPoll('a'), called])
      .when(cacheSays('a'))
      .then([['CachedOutputRecorded a', { reused: false }], ['TaskQueued a', { queue: 'a' }], 'TaskStarted a'])
      .when(after(1), complete('a', { w: 'rain' }))
      .then([
        [
          'TaskCompleted a',
          (run) => ({ output: { w: 'rain' }, cacheAs: { cacheId: cacheIdOf(run), until: startOfTime + 61_000 } }),
        ],
        'TaskScheduled z',
      ]);
  });

  it('has the output kept by a reaction', () => {
    const { run } = given(workflow, [called, cacheSays('a'), claim('a')]).when(complete('a', { w: 1 }));
    const completed = run.records.find(({ event }) => event.type === 'TaskCompleted');
    expect(reactions(completed!.event, run.live)).toEqual([
      { kind: 'keep-output', cacheId: cacheIdOf(run), until: startOfTime + 60_000, output: { w: 1 } },
    ]);
  });

  it('is one entry for one task and one key', () => {
    const idOf = (city: string, name = 'wf', fields = {}): string =>
      cacheIdOf(given(aWorkflow(name).with(fields).withTask(cached), [start({ city })]).run);
    expect(idOf('Rome', 'other')).toBe(idOf('Rome'));
    expect(idOf('Oslo')).not.toBe(idOf('Rome'));
    expect(idOf('Rome', 'other', { maskedFields: ['w'] })).not.toBe(idOf('Rome'));
  });

  it('is each workflow’s own where the input says what is done', () => {
    const http = task('HTTP', 'h', {
      inputParameters: { uri: 'http://x' },
      cacheConfig: { key: '${uri}', ttlInSecond: 9 },
    });
    const idOf = (name: string): string => cacheIdOf(given(aWorkflow(name).withTask(http), [start()]).run);
    expect(idOf('wf')).toBe(idOf('wf'));
    expect(idOf('other')).not.toBe(idOf('wf'));
  });

  it.each([
    ['the input does not have what it names', { other: 1 }],
    ['it is empty', { city: '' }],
    ['it is null', { city: null }],
    ['it is too long', { city: 'x'.repeat(10_001) }],
  ])('has no key when %s: the task is done, and its output is not kept', (_when, input) => {
    const { run } = given(
      aWorkflow().withTask({ ...cached, inputParameters: {}, ...('city' in input ? { inputParameters } : {}) }),
      [],
    )
      .when(start(input))
      .then(['WorkflowStarted', 'TaskScheduled a'])
      .when(claim('a'), complete('a', { w: 1 }))
      .then(['TaskStarted a', 'TaskCompleted a', 'WorkflowCompleted']);
    expect(run.records.at(-2)?.event.data).not.toHaveProperty('cacheAs');
  });

  it('keeps no output of an attempt that failed, and a retry is done and kept', () => {
    const retried = aWorkflow()
      .withTaskDef('a', { retryDelaySeconds: 0 })
      .withTask({ ...cached, retryCount: 1 });
    const { run } = given(retried, [called, cacheSays('a'), claim('a')])
      .when(fail('a', 'no', { output: { w: 'broken' } }))
      .then(['TaskFailed a', 'RetryScheduled a'])
      .when(claim('a'), complete('a', { w: 1 }))
      .then([
        'TaskStarted a',
        ['TaskCompleted a', (at) => ({ cacheAs: { cacheId: cacheIdOf(at) } })],
        'WorkflowCompleted',
      ]);
    expect(run.records.filter(({ event }) => event.type === 'CachedOutputRequested')).toHaveLength(1);
  });

  it('is not asked where an operator has opened the workflow again', () => {
    given(workflow, [called, cacheSays('a', { w: 1 }), claim('z'), fail('z', 'no', { terminal: true })])
      .when(restart)
      .then(['WorkflowRestarted', 'TasksRemoved', 'TaskScheduled a'])
      .thenTask('a', { ready: true });
    given(workflow, [called, cacheSays('a', { w: 1 })])
      .when(jump('a'))
      .then(['TaskCanceled z', 'WorkflowJumped', 'TasksRemoved', 'TaskScheduled a'])
      .thenTask('a', { ready: true });
  });

  it('asks once more after its look-up was lost with the end of the workflow', () => {
    given(workflow, [called, terminateWorkflow()])
      .when(cacheSays('a', { w: 1 }))
      .thenRefused('TASK_ENDED')
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled a'])
      .thenTask('a', { ready: true });
  });

  it('is asked at each turn of a loop', () => {
    const body = simple('a', { inputParameters: { n: 1 }, cacheConfig: { key: '${n}', ttlInSecond: 9 } });
    const loop = doWhile('l', 'if ($.l.iteration < 2) { true; } else { false; }', [body]);
    given(aWorkflow().withTask(loop), [start(), cacheSays('a__1', { w: 1 })])
      .when(cacheSays('a__2', { w: 2 }))
      .then([
        'CachedOutputRecorded a__2',
        'TaskCompleted a__2',
        'LoopIterated l',
        'TaskCompleted l',
        'WorkflowCompleted',
      ]);
  });

  it('is asked for a DYNAMIC task when its name is known', () => {
    given(aWorkflow().withTask(dynamic('d', 'paint', { cacheConfig: { key: '${colour}', ttlInSecond: 9 } })), [start()])
      .when(found('d', { paint: { inputTemplate: { colour: 'red' } } }))
      .then(['TaskDefsRecorded d', 'CachedOutputRequested d'])
      .when(cacheSays('d', { done: 1 }))
      .then(['CachedOutputRecorded d', 'TaskCompleted d', 'WorkflowCompleted']);
  });

  it('does not take over what the task’s own schema refuses', () => {
    const outputSchema = { name: 's', version: 1, type: 'JSON', data: { required: ['w'] } };
    const checked = aWorkflow().withTaskDef('a', { outputSchema, enforceSchema: true }).withTask(cached);
    given(checked, [called])
      .when(cacheSays('a', { old: 1 }))
      .then([['CachedOutputRecorded a', { reused: false }], 'TaskQueued a'])
      .thenTask('a', { ready: true });
  });

  it('waits for the delay of the task only when it has to be done, and stands in its domain and its limit then', () => {
    const taskToDomain = { a: 'red,blue' };
    const delayed = aWorkflow()
      .withTaskDef('a', { concurrentExecLimit: 1 })
      .withTask({ ...cached, startDelay: 10 });
    given(delayed, [start({ city: 'Rome' }, { taskToDomain })])
      .when(after(1), cacheSays('a'))
      .then([
        'CachedOutputRecorded a',
        [
          'TaskQueued a',
          { domain: 'blue', domains: ['red', 'blue'], limited: true, timers: { offer: startOfTime + 10_000 } },
        ],
      ])
      .when(fireTimerAfter(9))
      .then(['TimerFired offer a', 'TaskOffered a'])
      .when(claim('a'))
      .then(['PermitRequested a']);
  });

  it('holds what follows while the workflow is paused', () => {
    given(workflow, [called, pause])
      .when(cacheSays('a', { w: 1 }))
      .then(['CachedOutputRecorded a', 'TaskCompleted a'])
      .when(resume)
      .then(['WorkflowResumed', 'TaskScheduled z']);
  });

  it('refuses an answer that nobody waits for', () => {
    given(workflow, [called, cacheSays('a')])
      .when(cacheSays('a', { w: 1 }))
      .thenRefused('TASK_NOT_READY');
  });

  it('means nothing for an operator', () => {
    given(aWorkflow().withTask(task('NOOP', 'n', { cacheConfig: { key: 'k', ttlInSecond: 9 } })), [])
      .when(start())
      .then(['WorkflowStarted', 'TaskScheduled n', 'TaskCompleted n', 'WorkflowCompleted']);
  });

  it('means nothing without a time', () => {
    given(aWorkflow().withTask(simple('a', { inputParameters, cacheConfig: { key: '${city}', ttlInSecond: 0 } })), [])
      .when(called)
      .then(['WorkflowStarted', 'TaskScheduled a']);
  });

  it('I16 times out while the cache does not answer', () => {
    const total = aWorkflow().withTaskDef('a', { totalTimeoutSeconds: 5 }).withTask(cached);
    given(total, [called]).when(after(5), fireTimer).then(['TimerFired total a', 'TaskTimedOut a', 'WorkflowTimedOut']);
  });
});
