// oxlint-disable jest/valid-expect-in-promise -- `then` belongs to a specification (testing/specification.ts), not to a promise
import { aWorkflow, fork, join, simple, tryCatch } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { complete, fail, pause, retry, start, terminateWorkflow } from '../testing/steps.js';

const all = aWorkflow().withTask(
  tryCatch('t', { try: [simple('a'), simple('b')], catch: [simple('c')], finally: [simple('f')] }),
  simple('z'),
);
const withoutCatch = aWorkflow().withTask(tryCatch('t', { try: [simple('a')], finally: [simple('f')] }), simple('z'));

describe('a workflow that is retried', () => {
  it('leaves alone what a TRY has caught', () => {
    given(all, [start(), fail('a'), complete('c'), complete('f'), fail('z')])
      .when(retry)
      .then(['WorkflowRetried', 'RetryScheduled z']);
    given(all, [start(), fail('a'), complete('c'), complete('f'), complete('z')])
      .when(retry)
      .thenRefused('NOTHING_TO_RETRY');
  });

  it('goes on in the list of a TRY whose failure nobody had caught; finally is done once more', () => {
    given(withoutCatch, [start(), fail('a'), complete('f')])
      .when(retry)
      .then([
        'WorkflowRetried',
        'TaskReopened t',
        ['BranchEntered t', { branch: 'try', errors: {} }],
        'TasksRemoved',
        'RetryScheduled a',
      ])
      .thenTask('t', { output: {} })
      .when(complete('a'))
      .then(['TaskCompleted a', ['BranchEntered t', { branch: 'finally' }], 'TaskScheduled f'])
      .when(complete('f'))
      .then(['TaskCompleted f', ['TaskCompleted t', { output: { caught: false } }], 'TaskScheduled z']);
  });

  it('goes on in the catch that had failed, which still knows the error', () => {
    given(all, [start(), fail('a', 'first'), fail('c', 'second'), complete('f')])
      .when(retry)
      .then([
        'WorkflowRetried',
        'TaskReopened t',
        ['BranchEntered t', { branch: 'catch', errors: { try: { reason: 'first' } } }],
        'TasksRemoved',
        'RetryScheduled c',
      ])
      .thenTask('t', { output: { error: expect.objectContaining({ reason: 'first' }) } })
      .when(complete('c'), complete('f'))
      .then([
        'TaskCompleted c',
        'BranchEntered t',
        'TaskScheduled f',
        'TaskCompleted f',
        ['TaskCompleted t', { output: { caught: true } }],
        'TaskScheduled z',
      ]);
  });

  it('goes on in a finally that had failed', () => {
    given(all, [start(), complete('a'), complete('b'), fail('f')])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened t', ['BranchEntered t', { branch: 'finally' }], 'RetryScheduled f']);
  });

  it('goes on where an end from outside had cut a TRY off', () => {
    given(all, [start(), fail('a'), terminateWorkflow()])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened t', ['BranchEntered t', { branch: 'catch' }], 'RetryScheduled c']);
    given(all, [start(), complete('a'), pause, complete('b'), terminateWorkflow()])
      .when(retry)
      .then([
        'WorkflowRetried',
        'TaskReopened t',
        ['BranchEntered t', { branch: 'try' }],
        ['BranchEntered t', { branch: 'finally' }],
        'TaskScheduled f',
      ]);
  });

  it('begins the list that a TRY had come to when the workflow ended', () => {
    const beside = aWorkflow().withTask(
      fork('g', [tryCatch('t', { try: [simple('a')], catch: [simple('c')] })], [simple('b')]),
      join('j', ['t', 'b']),
    );
    given(beside, [start(), fail('a'), terminateWorkflow()])
      .when(retry)
      .then([
        'WorkflowRetried',
        'TaskReopened t',
        'BranchEntered t',
        'RetryScheduled b',
        'RetryScheduled c',
        'TaskReopened j',
      ]);
  });

  it('does not open a TRY inside of a list that was given up', () => {
    const nested = aWorkflow().withTask(
      tryCatch('o', {
        try: [fork('g', [tryCatch('i', { try: [simple('a')] })], [simple('b')]), join('j', ['i', 'b'])],
        catch: [simple('c')],
      }),
    );
    given(nested, [start(), fail('b'), fail('c')])
      .when(retry)
      .then(['WorkflowRetried', 'TaskReopened o', ['BranchEntered o', { branch: 'catch' }], 'RetryScheduled c']);
  });
});
