import type { Reaction } from './reactions/reaction.js';
import { reactions } from './reactions.js';
import { aWorkflow, fork, join, simple, subWorkflow, wait } from './testing/definitions.js';
import { workflowId } from './testing/run.js';
import { given, type Specification } from './testing/specification.js';
import { childEnds, claim, complete, fail, signal, start, terminateWorkflow } from './testing/steps.js';

/** What all events so far lead to. */
function reactionsOf({ run }: Specification): readonly Reaction[] {
  return run.records.flatMap(({ event }) => reactions(event, run.live));
}

const child = { workflowId: 'p1', taskId: 't1' };
const parent = aWorkflow().withTask(
  fork('f', [subWorkflow('s', { name: 'child', version: 2 }, { inputParameters: { x: 1 } })], [simple('a')]),
  join('j', ['s', 'a']),
);

describe('reactions', () => {
  it('tell a child how many workflows are above it', () => {
    const parent = aWorkflow().withTask(subWorkflow('s', { name: 'child' }));
    const specification = given(parent, [start({}, { parent: { workflowId: 'w', taskId: 't', depth: 4 } })]);
    expect(reactionsOf(specification)).toMatchObject([{ parent: { depth: 5 } }]);
  });

  it('I13 start a child under the id that stands in the event', () => {
    const specification = given(parent, [start({}, { correlationId: 'c' })]);
    const { run } = specification;
    expect(reactionsOf(specification)).toEqual([
      {
        kind: 'start-request',
        id: expect.stringMatching(new RegExp(`^${workflowId}:\\d+$`)),
        workflowId: run.task('s').subWorkflowId,
        name: 'child',
        version: 2,
        input: { x: 1 },
        correlationId: 'c',
        priority: 0,
        taskToDomain: {},
        parent: { workflowId, taskId: run.idOf('s'), depth: 1 },
        requester: workflowId,
      },
    ]);
  });

  it('carry an inline definition', () => {
    const inline = { workflowDefinition: { name: 'inline', tasks: [simple('i')] } };
    const [request] = reactionsOf(given(aWorkflow().withTask(subWorkflow('s', inline)), [start()]));
    expect(request).toMatchObject({ kind: 'start-request', name: 'inline', definition: { name: 'inline' } });
  });

  it('a worker that begins concerns nobody else', () => {
    expect(reactionsOf(given(aWorkflow().withTask(simple('a')), [start(), claim('a')]))).toEqual([]);
  });

  it('start a failure workflow, which is nobody’s child', () => {
    const all = reactionsOf(
      given(aWorkflow().with({ failureWorkflow: 'cleanup' }).withTask(simple('a')), [start({ x: 1 }), fail('a')]),
    );
    expect(all).toEqual([
      expect.objectContaining({
        kind: 'start-request',
        name: 'cleanup',
        requester: workflowId,
        input: expect.objectContaining({ x: 1 }),
      }),
    ]);
    expect(all[0]).not.toHaveProperty('parent');
  });

  it('I13 terminate the children of an ended parent', () => {
    const specification = given(parent, [start(), terminateWorkflow('enough')]);
    expect(reactionsOf(specification).slice(1)).toEqual([
      {
        kind: 'command',
        command: {
          type: 'TerminateWorkflow',
          version: 1,
          id: expect.stringMatching(/:\d+$/),
          workflowId: specification.run.task('s').subWorkflowId,
          data: { run: 0, reason: 'Parent workflow has been terminated with reason: enough' },
          repeatable: true,
        },
      },
    ]);
  });

  it('pass a signal on', () => {
    const specification = given(aWorkflow().withTask(subWorkflow('s', { name: 'child' })), [start()]).when(
      signal('FAILED', { n: 1 }),
    );
    expect(reactionsOf(specification)[1]).toMatchObject({
      command: {
        type: 'SignalWorkflow',
        workflowId: specification.run.task('s').subWorkflowId,
        data: { status: 'FAILED', output: { n: 1 } },
        repeatable: true,
      },
    });
  });

  const ends = [
    ['COMPLETED', [complete('w', { x: 1 })], { x: 1 }],
    ['FAILED', [fail('w', 'no')], {}],
    ['TERMINATED', [terminateWorkflow('enough')], {}],
  ] as const;
  it.each(ends)('I13 tell the parent of the end: %s', (status, steps, output) => {
    const specification = given(aWorkflow().withTask(wait('w')), [start({}, { parent: child }), ...steps]);
    expect(reactionsOf(specification)).toEqual([
      {
        kind: 'command',
        command: {
          type: 'RecordChildEnd',
          version: 1,
          id: expect.stringMatching(new RegExp(`^${workflowId}:\\d+$`)),
          workflowId: 'p1',
          data: expect.objectContaining({ taskId: 't1', childWorkflowId: workflowId, status, output }),
          repeatable: true,
        },
      },
    ]);
  });

  it('tell nobody when there is no parent', () => {
    expect(reactionsOf(given(aWorkflow().withTask(wait('w')), [start(), complete('w')]))).toEqual([]);
  });

  it('have one id per event, so that the receiver can drop repeats', () => {
    const specification = given(parent, [start(), childEnds('s', 'COMPLETED')]);
    expect(reactionsOf(specification)).toEqual(reactionsOf(specification));
  });
});
