import { aTask } from '@dacapo/ports-testing';

import { openTaskOf } from './open-task.js';

const names = ['a__1', 'a__2', 'b__2__13', 'c__d__1', 'e__x'];
const tasks = names.map((name) =>
  aTask(name, 'w', { referenceTaskName: name, status: name === 'a__1' ? 'COMPLETED' : 'IN_PROGRESS' }),
);

describe('the open task that a reference name means', () => {
  it.each([
    ['a', 'a__2'],
    ['a__2', 'a__2'],
    ['a__1', undefined],
    ['b', 'b__2__13'],
    ['b__2', 'b__2__13'],
    ['c__d', 'c__d__1'],
    ['c', undefined],
    ['e', undefined],
    ['', undefined],
  ])('%s is %s', (reference, expected) => {
    expect(openTaskOf(tasks, reference)?.referenceTaskName).toBe(expected);
  });
});
