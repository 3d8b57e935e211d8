/**
 * The small evaluator inside of `decide` and the sandbox beside the lanes must agree on every script that the small one
 * accepts: which of them runs is not to be seen in the outcome. 100,000 scripts: DACAPO_PROPERTY_RUNS=100000.
 */
import { compileScript, runScript } from '@dacapo/expressions';
import fc from 'fast-check';
import { QuickJsSandbox } from './index.js';
import { generatedInput, generatedScript } from './testing/generated-scripts.js';

// oxlint-disable-next-line node/no-process-env -- a longer run is asked for by hand
const runs = Number(process.env['DACAPO_PROPERTY_RUNS'] ?? 5_000);
// oxlint-disable-next-line node/no-process-env -- and so is another seed
const seed = Number(process.env['DACAPO_PROPERTY_SEED'] ?? 20_266);
/** Many scripts for each evaluation; they see one input. */
const batchSize = 100;

/** Prints a value with what JSON loses: -0, NaN, undefined. The same source runs here and there. */
const printSource = `function print(value) {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return '[' + value.map(print).join() + ']';
  return '{' + Object.keys(value).map(function (key) { return JSON.stringify(key) + ':' + print(value[key]); }).join() + '}';
}`;
// oxlint-disable-next-line typescript/no-implied-eval -- the source above
const print = new Function(`${printSource} return print`)() as (value: unknown) => string;

const batchSource = `(function () {
  ${printSource}
  function run($, source) { return eval(source); }
  const data = JSON.parse($.data);
  return $.sources.map(function (source) {
    try { const value = run(data, source); return print(value === undefined ? null : value); }
    catch (error) { return 'throws ' + error.name; }
  });
})()`;

/** What the small evaluator makes of it; undefined when it leaves the script to the sandbox. */
function decided(source: string, input: Record<string, unknown>): string | undefined {
  const compiled = compileScript(source);
  if (!compiled.ok) return compiled.error.kind === 'syntax' ? 'throws SyntaxError' : undefined;
  const result = runScript(compiled.script, { $: input });
  if (result.ok) return print(result.value);
  return result.error.kind === 'thrown' ? 'throws TypeError' : undefined;
}

const batch = fc.tuple(
  generatedInput,
  fc.array(generatedScript, { minLength: batchSize, maxLength: batchSize, size: 'max' }),
);

interface Compared {
  readonly accepted: number;
  readonly wrong: readonly unknown[];
}

async function compare(sandbox: QuickJsSandbox, input: Record<string, unknown>, sources: string[]): Promise<Compared> {
  const asked = sources.flatMap((source) => {
    const ours = decided(source, input);
    return ours === undefined ? [] : [{ source, ours }];
  });
  const outcome = await sandbox.evaluate({
    form: 'script',
    source: batchSource,
    input: { data: JSON.stringify(input), sources: asked.map(({ source }) => source) },
    fuel: 2_000_000_000,
    now: 0,
    seed: '',
  });
  if (!outcome.ok) throw new Error(outcome.message);
  const theirs = outcome.value as readonly string[];
  const wrong = asked.flatMap((each, index) =>
    each.ours === theirs[index] ? [] : [{ ...each, sandbox: theirs[index], input }],
  );
  return { accepted: asked.length, wrong };
}

it(`the small evaluator agrees with the sandbox in ${runs} scripts`, async () => {
  const sandbox = await QuickJsSandbox.start();
  const wrong: unknown[] = [];
  let accepted = 0;
  for (let done = 0; done < runs; done += batchSize) {
    for (const [input, sources] of fc.sample(batch, { numRuns: 1, seed: seed + done })) {
      const compared = await compare(sandbox, input, sources);
      accepted += compared.accepted;
      wrong.push(...compared.wrong);
    }
  }
  await sandbox.close();
  if (runs > 5_000) process.stdout.write(`${accepted} of ${runs} scripts were accepted\n`);
  expect({ count: wrong.length, first: wrong.slice(0, 5) }).toEqual({ count: 0, first: [] });
  expect(accepted).toBeGreaterThan(runs / 3);
}, 600_000);
