import { aWorkflow, doWhile, type Fields, fork, join, simple, switchOn, wait } from '../testing/definitions.js';
import { followersOf } from './followers.js';

function after(reference: string | undefined, ...tasks: readonly Fields[]): string[] {
  const flow = aWorkflow()
    .withTask(...tasks)
    .flow();
  return followersOf(flow, reference).map(({ queue }) => queue);
}

describe('the tasks that may follow', () => {
  it('are the first of the workflow, or the next in the list', () => {
    expect(after(undefined, simple('a'), simple('b'))).toEqual(['a']);
    expect(after('a', simple('a'), simple('b'))).toEqual(['b']);
    expect(after('b', simple('a'), simple('b'))).toEqual([]);
  });

  it("are in the queue of their name, or of a type that is nobody else's", () => {
    expect(after(undefined, { ...simple('a'), name: 'ship' })).toEqual(['ship']);
    expect(after(undefined, { ...simple('a'), name: 'ship', type: 'MY_TYPE' })).toEqual(['MY_TYPE']);
    expect(after(undefined, { ...simple('a'), type: 'HTTP', inputParameters: { uri: 'x' } })).toEqual(['HTTP']);
  });

  it('may be in any case, and behind it when nothing is in one', () => {
    const both = switchOn('s', 'x', { x: [simple('a')], y: [simple('b')] }, [simple('d')]);
    expect(after(undefined, both, simple('z'))).toEqual(['a', 'b', 'd']);
    expect(after(undefined, switchOn('s', 'x', { x: [simple('a')] }, []), simple('z'))).toEqual(['a', 'z']);
    expect(after('a', both, simple('z'))).toEqual(['z']);
  });

  it('are in all branches, and behind the join', () => {
    const tasks = [fork('f', [simple('a')], [simple('b'), simple('c')]), join('j', ['a', 'c']), simple('z')];
    expect(after(undefined, ...tasks)).toEqual(['a', 'b']);
    expect(after('c', ...tasks)).toEqual(['z']);
  });

  it('are in the next turn of a loop too', () => {
    const tasks = [doWhile('l', '$.l.iteration < 3', [simple('a'), simple('b')]), simple('z')];
    expect(after(undefined, ...tasks)).toEqual(['a']);
    expect(after('b', ...tasks)).toEqual(['a', 'z']);
  });

  it('end where somebody is waited for', () => {
    expect(after(undefined, wait('w'), simple('z'))).toEqual([]);
    expect(after('w', wait('w'), simple('z'))).toEqual(['z']);
  });

  it('are none for a task that is not in the definition', () => {
    expect(after('nobody', simple('a'))).toEqual([]);
  });

  it('are none for what is sent to Kafka', () => {
    const flow = aWorkflow().withTaskDef('a', { delivery: 'kafka' }).withTask(simple('a')).flow();
    expect(followersOf(flow)).toEqual([]);
  });
});
