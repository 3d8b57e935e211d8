import { aCommand } from '@dacapo/ports-testing';
import { CommandQueue } from './command-queue.js';
import { limits } from './limits.js';

describe('CommandQueue', () => {
  const command = aCommand('w');

  it('holds a bounded number of commands', async () => {
    const queue = new CommandQueue();
    for (let n = 0; n < limits.commandsWaitingMax; n++) queue.push(command, 1);
    expect(() => queue.push(command, 1)).toThrow('too many commands wait');
    expect(await queue.open(0).take(1)).toHaveLength(1);
    queue.push(command, 1);
  });

  it('gives the next source what was taken and not decided, with new numbers and the old times', async () => {
    const queue = new CommandQueue();
    for (let n = 1; n <= 4; n++) queue.push(command, n);
    const first = queue.open(10);
    const taken = [...(await first.take(2)), ...(await first.take(1))];
    expect(taken.map((each) => each.offset)).toEqual([10, 11, 12]);
    queue.decided(10);
    const second = queue.open(21);
    expect(await first.take(9)).toEqual([]);
    expect((await second.take(9)).map(({ offset, time }) => [offset, time])).toEqual([
      [21, 2],
      [22, 3],
      [23, 4],
    ]);
  });
});
