/**
 * Runs the engine's property suites outside of jest, most of them against planted mistakes, one JSON line each:
 *
 *     node --import ./test/mutants/hooks.mjs test/mutants/runner.ts search [id ...]   from the suite's first run to its last
 *     node --import ./test/mutants/hooks.mjs test/mutants/runner.ts update            the same, and writes found.json
 *     node --import ./test/mutants/hooks.mjs test/mutants/runner.ts kept              from the run kept in found.json
 *     node --import ./test/mutants/hooks.mjs test/mutants/runner.ts whole             all runs of all suites, without a mistake
 *     node --import ./test/mutants/hooks.mjs test/mutants/runner.ts sound             the kept runs, without a mistake
 *     node --import ./test/mutants/hooks.mjs test/mutants/runner.ts paths 25          as many paths through each of the generated definitions
 */
import { readFileSync, writeFileSync } from 'node:fs';

import fc from 'fast-check';

import type * as Properties from '../../libs/engine/src/testing/properties.js';
import { plant } from './hooks.mjs';
import { type Kept, type Mutant, mutants, runsFromKept } from './mutants.js';

/** Runs of each suite that a mutant is searched in first. */
const soon = 40;
const found = new URL('found.json', import.meta.url);

type Suites = typeof Properties.suites;

function propertiesWith(query: string): Promise<typeof Properties> {
  return import(`../../libs/engine/src/testing/properties.js${query}`) as Promise<typeof Properties>;
}

async function suitesOf(mutant: Mutant | undefined): Promise<Suites> {
  const query = mutant === undefined ? '' : `?mutant=${mutant.id}`;
  if (mutant !== undefined) plant(mutant);
  return (await propertiesWith(query)).suites;
}

/** The first run from `from` on that fails; undefined when none of `runs` does. */
function firstFailure(
  suite: Suites[keyof Suites],
  from: number,
  runs: number,
): { readonly run: number; readonly message: string } | undefined {
  const { seed, property } = suite;
  const options = { seed, numRuns: runs, endOnFailure: true, ...(from === 0 ? {} : { path: String(from) }) };
  const { failed, numRuns, errorInstance } = fc.check(property(new Map()), options);
  if (!failed) return undefined;
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { run: from + numRuns - 1, message: message.split('\n', 1)[0]?.slice(0, 160) ?? '' };
}

function keptRuns(): Readonly<Record<string, Kept>> {
  return JSON.parse(readFileSync(found, 'utf8')) as Record<string, Kept>;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function search(ids: readonly string[]): Promise<Readonly<Record<string, Kept>>> {
  const all: Record<string, Kept> = {};
  for (const mutant of mutants) {
    if (ids.length > 0 && !ids.includes(mutant.id)) continue;
    const began = performance.now();
    const first = find(mutant, await suitesOf(mutant));
    if (first !== undefined) all[mutant.id] = { suite: first.suite, run: first.run };
    say({ id: mutant.id, ...first, ms: Math.round(performance.now() - began) });
  }
  return all;
}

/** A few runs of each suite, then the others: most mistakes show soon, but not in every suite. */
function find({ suite: only }: Mutant, suites: Suites): (Kept & { readonly message: string }) | undefined {
  const names = (Object.keys(suites) as (keyof Suites)[]).filter((name) => only === undefined || only === name);
  for (const [from, to] of [
    [0, soon],
    [soon, Infinity],
  ] as const) {
    // The others take longer for a run.
    for (const suite of from === 0 ? names : names.toSorted((a) => (a === 'waits' ? -1 : 1))) {
      const failure = firstFailure(suites[suite], from, Math.min(to, suites[suite].numRuns) - from);
      if (failure !== undefined) return { suite, ...failure };
    }
  }
  return undefined;
}

async function update(): Promise<void> {
  const text = Object.entries(await search([])).map(
    ([id, kept]) => `  ${JSON.stringify(id)}: { "suite": "${kept.suite}", "run": ${kept.run} }`,
  );
  writeFileSync(found, `{\n${text.join(',\n')}\n}\n`);
}

async function kept(): Promise<void> {
  const runs = keptRuns();
  for (const mutant of mutants) {
    const suites = await suitesOf(mutant);
    const { suite, run } = runs[mutant.id] ?? { suite: 'stories', run: 0 };
    const began = performance.now();
    const failure = firstFailure(suites[suite], run, runsFromKept);
    say({ id: mutant.id, suite, from: run, ...failure, ms: Math.round(performance.now() - began) });
  }
}

async function whole(): Promise<void> {
  for (const [name, suite] of Object.entries(await suitesOf(undefined))) {
    say({ suite: name, ...firstFailure(suite, 0, suite.numRuns) });
  }
}

async function sound(): Promise<void> {
  const suites = await suitesOf(undefined);
  for (const [id, { suite, run }] of Object.entries(keptRuns())) say({ id, ...firstFailure(suites[suite], run, 1) });
}

/** Outside of jest it takes less than half the time. */
async function walk(pathsEach: number): Promise<void> {
  const { paths } = await propertiesWith('');
  const { seed, numRuns } = paths;
  fc.assert(paths.property(pathsEach, new Map()), { seed, numRuns });
  say({ definitions: numRuns, pathsEach, seed });
}

const [what, ...ids] = process.argv.slice(2);
if (what === 'search') await search(ids);
else if (what === 'update') await update();
else if (what === 'kept') await kept();
else if (what === 'whole') await whole();
else if (what === 'paths') await walk(Number(ids[0]));
else await sound();
