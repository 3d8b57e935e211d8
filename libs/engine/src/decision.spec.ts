import { Decision } from './decision.js';
import { sha256 } from './testing/hash.js';
import { aWorkflow, dynamicFork, join, simple, task } from './testing/definitions.js';
import { workflowId } from './testing/run.js';
import { given } from './testing/specification.js';
import { complete, start } from './testing/steps.js';

describe('keyNear', () => {
  const embedded = { taskDefinition: { name: 'x', retryCount: 0 } };
  const loop = task('DO_WHILE', 'loop', {
    loopCondition: 'false',
    loopOver: [simple('inner', embedded)],
    ...embedded,
  });
  const branches = [
    { ...simple('a'), ...embedded },
    { ...loop, type: 'SIMPLE' },
  ];
  const workflow = aWorkflow().withTask(simple('z'), dynamicFork('f'), join('j', []));

  /** As seen from the loop inside of a branch; the fork itself stands in the third turn of another loop, or in none. */
  const nearInLoop = (turns: string, scope: string, reference: string): string => {
    const { run } = given(workflow, [start({ tasks: branches, inputs: {} }), complete('z')]);
    const state = structuredClone(run.live);
    Object.assign(state.tasks['f'] ?? {}, turns === '' ? {} : { scope: turns, node: 'f' });
    const decision = new Decision(
      state,
      { type: 'ContinueWorkflow', version: 1, id: 'c', workflowId, data: {} },
      { now: run.now, causation: '0:1', epoch: 1, hash: sha256, flow: () => run.flow },
    );
    const node = decision.nodesOf('f').get('inner');
    if (node === undefined) throw new Error('no inner task');
    return decision.keyNear({ node, scope, fork: 'f', key: `inner${scope}` }, reference);
  };

  it.each([
    ['', '__2', 'inner', 'inner__2'],
    ['', '__2', 'a', 'a'],
    ['', '__2', 'z', 'z'],
    ['__3', '__3__2', 'inner', 'inner__3__2'],
    ['__3', '__3__2', 'a', 'a__3'],
    ['__3', '__3__2', 'z', 'z'],
    ['__3', '__3__2', 'unknown', 'unknown__3__2'],
  ])('of a fork in turn %j from %j: %s is %s', (turns, scope, reference, key) => {
    expect(nearInLoop(turns, scope, reference)).toBe(key);
  });
});
