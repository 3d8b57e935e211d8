/** The property suites of the engine find every planted mistake, at the run that is kept in found.json, and nothing where there is none. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type Kept, mutants, runsFromKept } from './mutants.js';

const root = join(import.meta.dirname, '../..');
const kept = JSON.parse(readFileSync(join(import.meta.dirname, 'found.json'), 'utf8')) as Readonly<
  Record<string, Kept>
>;

interface Line {
  readonly id: string;
  /** The run that failed, if one did. */
  readonly run?: number;
  readonly message?: string;
}

/** One process: every mutant is a module graph of its own in it. */
async function linesOf(what: 'kept' | 'sound'): Promise<ReadonlyMap<string, Line>> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = ['--disable-warning=ExperimentalWarning', '--import', './test/mutants/hooks.mjs'];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, 'test/mutants/runner.ts', what], {
    cwd: root,
    env,
    timeout: 120_000,
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return new Map(lines.map((line) => [line.id, line]));
}

describe('the property suites of the engine', () => {
  let found: ReadonlyMap<string, Line>;
  let sound: ReadonlyMap<string, Line>;

  beforeAll(async () => {
    [found, sound] = await Promise.all([linesOf('kept'), linesOf('sound')]);
  }, 120_000);

  it('have a run that finds it kept for every mutant, and for nothing else', () => {
    expect(Object.keys(kept).toSorted()).toEqual(mutants.map(({ id }) => id).toSorted());
  });

  it('find nothing in the same runs of the engine as it is', () => {
    expect([...sound.values()]).toEqual(Object.keys(kept).map((id) => ({ id })));
  });

  it.each(mutants.map(({ id, row, what }) => ({ id, what, row: typeof row === 'number' ? `loss ${row}` : row })))(
    'find $id ($row): $what',
    ({ id }) => {
      expect(found.get(id)).toMatchObject({ id, run: expect.any(Number), message: expect.any(String) });
    },
  );

  it(`need no more than ${runsFromKept} runs`, () => {
    const most = Math.max(...mutants.map(({ id }) => (found.get(id)?.run ?? Infinity) - (kept[id]?.run ?? 0)));
    expect(most).toBeLessThan(runsFromKept);
  });

  it('are tested against each of the fourteen losses', () => {
    const rows = new Set(mutants.map(({ row }) => row));
    expect(Array.from({ length: 14 }, (_, index) => index + 1).filter((row) => !rows.has(row))).toEqual([]);
  });
});
