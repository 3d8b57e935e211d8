/** The property suites of the engine: what is generated, how often, from which seed. Their specs run them, and the check that they find planted mistakes. */
import type { SealedEvent } from '@dacapo/contracts';
import fc from 'fast-check';

import type { Flow } from '../flow/flow.js';
import { isEnded } from '../state.js';
import { nextDue } from '../timers.js';
import type { WorkflowBuilder } from './definitions.js';
import { families, familyStories, tellFamily } from './families.js';
import { cachedDefinitions, definitions, definitionsWithTries, smallDefinitions } from './generators.js';
import { type Happening, stories, storiesOfFailure, storiesOfWaiting } from './happenings.js';
import { Run } from './run.js';
import { start } from './steps.js';
import { drain, happen } from './story.js';

/** Of what is generated, what happens to it, and a choice. */
type Property = fc.IPropertyWithHooks<[unknown, unknown, unknown]>;

export interface Suite {
  readonly seed: number;
  readonly numRuns: number;
  /** `seen` counts the events that came of it, by type. */
  readonly property: (seen: Map<string, number>) => Property;
}

/** Any workflow under any workers, operators and timers. */
const anyStory: Suite = {
  seed: 20_260,
  numRuns: 600,
  property: (seen) => storyOf(definitions, stories, seen),
};

/** Where TRY stands in TRY, and much fails. */
const tries: Suite = {
  seed: 20_260,
  numRuns: 500,
  property: (seen) => storyOf(definitionsWithTries, storiesOfFailure, seen),
};

/** Parents and children, messages in any order and repeated. */
const family: Suite = {
  seed: 20_261,
  numRuns: 300,
  property: (seen) =>
    fc.property(families, familyStories, fc.nat(1000), (flows, story, pick) => {
      for (const { records } of tellFamily(flows, story, pick).living) count(records, seen);
    }),
};

/** Small workflows in which much waits: for timers, scripts, definitions, a resume. */
const waits: Suite = {
  seed: 20_262,
  numRuns: 1500,
  property: (seen) => storyOf(smallDefinitions, storiesOfWaiting, seen),
};

/** Tasks whose outputs may be had from the cache, which answers when it likes. */
const cached: Suite = {
  seed: 20_263,
  numRuns: 300,
  property: (seen) => storyOf(cachedDefinitions, storiesOfWaiting, seen),
};

/** What may be told to one workflow. */
interface Path {
  readonly story: readonly Happening[];
  readonly choice: string;
}

const onePath: fc.Arbitrary<Path> = fc.record({
  story: fc.oneof(stories, storiesOfFailure, storiesOfWaiting),
  choice: fc.constantFrom('x', 'y', 'z'),
});
const anyDefinition = fc.oneof(
  { weight: 3, arbitrary: definitions },
  { weight: 1, arbitrary: definitionsWithTries },
  { weight: 1, arbitrary: smallDefinitions },
);

/** Many paths through each of many definitions: 2,000 of them, three paths each; CI takes 25 (`npm run test:paths`). */
export const paths = {
  seed: 20_270,
  numRuns: 2000,
  pathsEach: 3,
  property: (pathsEach: number, seen: Map<string, number>) =>
    fc.property(anyDefinition, fc.array(onePath, { minLength: pathsEach, maxLength: pathsEach }), (workflow, all) => {
      const flow = workflow.flow();
      for (const { story, choice } of all) count(tell(flow, story, choice).records, seen);
    }),
} as const;

export const suites = { stories: anyStory, waits, tries, cached, families: family } as const;

function storyOf(
  workflows: fc.Arbitrary<WorkflowBuilder>,
  told: fc.Arbitrary<readonly Happening[]>,
  seen: Map<string, number>,
): Property {
  return fc.property(workflows, told, fc.constantFrom('x', 'y', 'z'), (workflow, story, choice) => {
    count(tell(workflow.flow(), story, choice).records, seen);
  });
}

/** Tells a story to a workflow and brings it to its end. */
function tell(flow: Flow, story: readonly Happening[], choice: string): Run {
  const run = new Run(flow);
  start({ choice, bad: 'soon' })(run);
  for (const happening of story) happen(run, happening);
  drain(run);
  // What has failed may be tried again as a whole, and has to end then too.
  if (run.live.status !== 'COMPLETED') {
    run.send('RetryWorkflow', {});
    drain(run);
  }
  run.auditWhole();
  if (!isEnded(run.live.status)) throw new Error(`I19 the workflow is ${run.live.status} and does not end`);
  if (nextDue(run.live) !== undefined) throw new Error('I16 something is due in a workflow that has ended');
  return run;
}

function count(records: readonly SealedEvent[], seen: Map<string, number>): void {
  for (const { event } of records) seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
}
