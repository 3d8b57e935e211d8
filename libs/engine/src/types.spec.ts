import { engineTypes } from './operators/index.js';
import { isUserDefined, operatorTypes, serverTypes } from './types.js';

describe('task types', () => {
  it('that the engine runs are nobody’s own', () => {
    expect(engineTypes.filter(isUserDefined)).toEqual([]);
  });

  it('are either reached by a DYNAMIC task or not', () => {
    expect([...serverTypes].filter((type) => operatorTypes.has(type))).toEqual([]);
    expect([isUserDefined('ROBOT'), isUserDefined('toString'), isUserDefined('SIMPLE')]).toEqual([true, true, false]);
  });
});
