import fc from 'fast-check';

import { suites } from './testing/properties.js';

const { seed, numRuns, property } = suites.families;

describe(`parents and children under any operators, messages in any order and repeated (seed ${seed}, ${numRuns} runs)`, () => {
  it('A14 I13 agree when nothing is on its way, and all of them end (I19)', () => {
    const seen = new Map<string, number>();
    fc.assert(property(seen), { seed, numRuns });
    const asked = ['WorkflowReopened', 'ChildRetryRequested', 'ChildTerminationRequested', 'WorkflowRestarted'];
    expect(asked.filter((type) => (seen.get(type) ?? 0) < 5)).toEqual([]);
  }, 180_000);
});
