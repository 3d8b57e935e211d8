import type { JsonMap } from './model.js';
import { parseForkedTasks } from './parse-forked-tasks.js';
import { aTask, aWorkflow, parsed, violationsOf } from './testing/builders.js';

const faults = (...tasks: unknown[]) =>
  violationsOf(parseForkedTasks(tasks)).map(({ path, message }) => `${path}: ${message}`);
const join = (reference: string, ...joinOn: string[]): JsonMap => aTask(reference, { type: 'JOIN', joinOn });
const cases = (reference: string, ...list: JsonMap[]): JsonMap =>
  aTask(reference, { type: 'SWITCH', decisionCases: { x: list } });

describe('parseForkedTasks', () => {
  it('reads tasks as a definition has them, with all defaults', () => {
    const tasks = [aTask('a', { inputParameters: { x: '${workflow.input}' } }), aTask('b', { type: 'ROBOT' })];
    const result = parseForkedTasks(tasks);
    expect(result.ok && result.value).toEqual(parsed(aWorkflow(tasks)).tasks);
    expect(parseForkedTasks([])).toEqual({ ok: true, value: [] });
  });

  it('does not hold them to the rules of single types', () => {
    expect(faults(aTask('a', { type: 'EVENT' }), aTask('f', { type: 'FORK_JOIN' }))).toEqual([]);
  });

  it.each([
    [[7], 'tasks[0]: must be an object'],
    [[{ name: 'a' }], 'tasks[0].taskReferenceName: WorkflowTask taskReferenceName name cannot be empty or null'],
    [[{ taskReferenceName: 'a' }], 'tasks[0].name: WorkflowTask name cannot be empty or null'],
    [[aTask('a', { retryCount: -1 })], 'tasks[0].retryCount: must be greater than or equal to 0'],
    [[aTask('__proto__')], 'tasks[0].taskReferenceName: taskReferenceName: __proto__ is reserved, choose another name'],
    [[aTask('x'.repeat(5000))], 'tasks[0].taskReferenceName: taskReferenceName must not be longer than 255 characters'],
    [
      [cases('s', join('j', 'a'))],
      'tasks[0].decisionCases[x][0].joinOn[0]: JOIN j waits for a, which is not a task of this workflow definition',
    ],
    [
      [cases('s', join('j', 'a'), aTask('a'))],
      'tasks[0].decisionCases[x][0].joinOn[0]: JOIN j waits for a, which starts only after it',
    ],
  ])('refuses %j', (tasks, fault) => {
    expect(faults(...tasks)).toEqual([fault]);
  });

  it('none of them is later than another', () => {
    expect(faults(join('j', 'a'), aTask('a'))).toEqual([]);
  });

  it('leaves it to the caller whether names are unique', () => {
    expect(faults(aTask('a'), aTask('a'))).toEqual([]);
  });
});
