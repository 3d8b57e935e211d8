import { aWorkflow, doWhile, setVariable, simple, switchOn } from '../testing/definitions.js';
import { type LoopCondition, seenBy } from './loop-condition.js';

const body = [simple('a'), switchOn('s', 'x', { x: [simple('deep')] }), setVariable('set', {})];

function conditionOf(source: string, inputParameters = {}): LoopCondition {
  const flow = aWorkflow()
    .withTask(doWhile('loop', source, body, { inputParameters }))
    .flow();
  const condition = flow.nodes.get('loop')?.condition;
  if (condition === undefined) throw new Error('no condition');
  return condition;
}

describe('what a condition looks at', () => {
  it.each([
    ["$.loop['iteration'] < 3", [], false, false],
    ['$.loop.iteration < $.max', [], false, false],
    ['$["loop"]["iteration"] < 3', [], false, false],
    ["$['loop'].iteration < 3 && $.loop.loopIndex < 2 && $.loop.loopItem.x", [], false, false],
    ['$ . a.x > 1 && $?.deep.y', ['a', 'deep'], false, false],
    ["$[ 'a' ].x", ['a'], false, false],
    ['$.loops < 3 && $.my_loop < 2', [], false, false],
    ["$.loop['1'].a.x", ['a'], true, false],
    ['$.loop.iterations', [], true, false],
    ['$.loop[$.loop.iteration].x', [], true, false],
    ['Object.keys($.loop).length < 3', [], true, false],
    ['Object.keys($).length < 3', ['a', 's', 'deep', 'set'], true, true],
    ['$[$.name] > 1', ['a', 's', 'deep', 'set'], true, true],
    ["$['a' + 'b'] > 1", ['a', 's', 'deep', 'set'], true, true],
    ["$['\\x61'] > 1", ['a', 's', 'deep', 'set'], true, true],
    ['var {x} = $; x', ['a', 's', 'deep', 'set'], true, true],
    ['f(...$)', ['a', 's', 'deep', 'set'], true, true],
    ['$?.[name]', ['a', 's', 'deep', 'set'], true, true],
    ["$['unclosed", ['a', 's', 'deep', 'set'], true, true],
    ['$', ['a', 's', 'deep', 'set'], true, true],
    ['true', [], false, false],
  ])('%s', (source, reads, readsTurns, readsAll) => {
    const condition = conditionOf(source);
    // A letter may stand for a task by chance: more is shown then, never less.
    expect(reads.filter((reference) => !condition.reads.includes(reference))).toEqual([]);
    expect([condition.readsTurns, condition.readsAll]).toEqual([readsTurns, readsAll]);
  });

  it('is given to the sandbox, and no more', () => {
    const input = { max: 3, unused: 1, loop: { iteration: 1 }, deep: {} };
    expect(seenBy(conditionOf('/x/.test($.max) || $.loop.iteration'), input)).toEqual({
      max: 3,
      loop: { iteration: 1 },
    });
    expect(seenBy(conditionOf('/x/.test($)'), input)).toBe(input);
  });

  it('does not resolve the list of items again', () => {
    const { input } = conditionOf('true', { _items: '${workflow.input.list}', max: 3 });
    expect(JSON.stringify(input)).not.toContain('list');
  });
});
