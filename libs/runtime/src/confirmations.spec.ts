import { Confirmations } from './confirmations.js';

describe('Confirmations', () => {
  it('resolve when every command has been decided, in any order', async () => {
    const confirmations = new Confirmations();
    const resolved: string[] = [];
    const all = confirmations.all(['a', 'b']).then(() => resolved.push('all'));
    confirmations.decided('b');
    confirmations.decided('unknown');
    await Promise.resolve();
    expect(resolved).toEqual([]);
    confirmations.decided('a');
    await all;
    expect(resolved).toEqual(['all']);
  });

  it('have nothing to wait for when there is nothing', async () => {
    await new Confirmations().all([]);
  });
});
