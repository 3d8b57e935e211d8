// oxlint-disable node/no-process-env -- a longer run, and another seed, are asked for by hand
import fc from 'fast-check';

import { paths } from './testing/properties.js';

const numRuns = Number(process.env['DACAPO_PROPERTY_RUNS'] ?? paths.numRuns);
const seed = Number(process.env['DACAPO_PROPERTY_SEED'] ?? paths.seed);
const pathsEach = Number(process.env['DACAPO_PROPERTY_PATHS'] ?? paths.pathsEach);

describe(`${numRuns} definitions, ${pathsEach} paths through each (seed ${seed})`, () => {
  it('keep the invariants I2 to I7, I9 to I11, I13, I14, I16, I18, I21 to I23, I25, I26 after every command, and end (I19)', () => {
    const seen = new Map<string, number>();
    fc.assert(paths.property(pathsEach, seen), { seed, numRuns });
    expect(seen.get('WorkflowStarted')).toBe(numRuns * pathsEach);
  }, 1_800_000);
});
