/**
 * I25, I23: what was written under each version can be read, folded and projected by this one. The logs of this very version are also decided
 * again, byte for byte. `DACAPO_UPDATE_GOLDEN=1` writes those of the version in package.json.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  commandShapes,
  decodeEvent,
  type Event,
  eventShapes,
  type TaskDocument,
  type WorkflowDocument,
} from '@dacapo/contracts';
import { compileFlow, decide, evolve, type Flow, type StreamState } from '@dacapo/engine';
import { projectTask, projectWorkflow, tasksOf } from '@dacapo/projections';

import { sha256 } from '../../libs/engine/src/testing/hash.js';
import { histories } from './histories.js';
import { type Decided, type GoldenLog, goldenLog, readGolden, writeGolden } from './record.js';

const folder = import.meta.dirname;
const current = (JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8')) as { readonly version: string })
  .version;

if (process.env['DACAPO_UPDATE_GOLDEN'] === '1') update();

function update(): void {
  const target = join(folder, current);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  for (const [name, tell] of Object.entries(histories)) {
    const { runs, flows } = tell();
    for (const [index, run] of runs.entries()) {
      const file = [...name.split(/\W+/), ...(index === 0 ? [] : [index])].join('-').toLowerCase();
      writeFileSync(join(target, `${file}.jsonl`), writeGolden(goldenLog(run, flows)));
    }
  }
}

interface File {
  readonly version: string;
  readonly name: string;
}

const versions = readdirSync(folder, { withFileTypes: true }).flatMap((it) => (it.isDirectory() ? [it.name] : []));
const files: readonly File[] = versions.flatMap((version) =>
  readdirSync(join(folder, version)).map((name) => ({ version, name })),
);
const ofCurrent = files.filter(({ version }) => version === current);

function read({ version, name }: File): GoldenLog {
  return readGolden(readFileSync(join(folder, version, name), 'utf8'));
}

function eventsOf({ decisions }: GoldenLog): readonly Event[] {
  return decisions.flatMap(({ events }) => events.map((text) => decodeEvent(text))).filter(({ seq }) => seq > 0);
}

function folded(events: readonly Event[]): StreamState | undefined {
  let state: StreamState | undefined;
  for (const event of events) state = evolve(state, event);
  return state;
}

it('there are logs of this version', () => {
  expect(ofCurrent.length).toBeGreaterThanOrEqual(25);
});

describe.each(files)('the golden log $version/$name', (file) => {
  const log = read(file);
  const events = eventsOf(log);

  // A later version may know more of a workflow, but nothing else.
  it('is folded to the state that it ended with', () => {
    expect(JSON.parse(JSON.stringify(folded(events)))).toMatchObject(log.state);
  });

  it('is projected, and the documents say what the state says', () => {
    let document: WorkflowDocument | undefined;
    const tasks = new Map<string, TaskDocument>();
    for (const [offset, event] of events.entries()) {
      document = projectWorkflow(document, event, { partition: 0, offset });
      for (const taskId of tasksOf(event)) {
        tasks.set(taskId, projectTask(tasks.get(taskId), event, { partition: 0, offset }));
      }
    }
    const { workflowId, status, seq, input } = log.state;
    expect(document).toMatchObject({ workflowId, status, seq, input });
    for (const { taskId, status: ended, output, retryCount, endTime } of Object.values(log.state.tasks)) {
      expect(tasks.get(taskId)).toMatchObject({ taskId, status: ended, output, retryCount, endTime });
    }
  });
});

/** The same command on the same state, once more. */
function decidedAgain(
  state: StreamState | undefined,
  { command, time, causation, epoch }: Decided,
  flows: ReadonlyMap<string, Flow>,
): { readonly state: StreamState | undefined; readonly texts: readonly string[] } {
  const grants = [...(command.grants ?? [])];
  const decided = decide(state, command, {
    now: time,
    causation,
    epoch,
    hash: sha256,
    flow: (digest) => flows.get(digest),
    grant: (taskType, domains) =>
      grants[0]?.taskType === taskType && domains.includes(grants[0].domain) ? grants.shift() : undefined,
  });
  return { state: decided.state, texts: decided.events.map(({ text }) => text) };
}

/** They stand in the stream of a limit, which is no workflow: libs/engine/src/permits has its specs. */
const ofLimits = {
  commands: ['RequestPermit', 'ReleasePermit'],
  events: [
    'LimitOpened',
    'LimitSet',
    'PermitGranted',
    'PermitTaken',
    'PermitQueued',
    'PermitRefused',
    'PermitOffered',
    'OfferLapsed',
    'PermitReleased',
  ],
};

describe('the commands of this version', () => {
  it.each(ofCurrent)('in $name are decided again to the same bytes', (file) => {
    const { definitions, decisions } = read(file);
    const flows = new Map(definitions.map(({ digest, definition }) => [digest, compileFlow(digest, definition)]));
    let state: StreamState | undefined;
    for (const decision of decisions) {
      const again = decidedAgain(state, decision, flows);
      expect(again.texts).toEqual(decision.events);
      state = again.state;
    }
  });

  it('are all there, and all events of a workflow', () => {
    const logs = ofCurrent.map((file) => read(file));
    const commands = new Set(logs.flatMap(({ decisions }) => decisions.map(({ command }) => command.type)));
    const events = new Set(logs.flatMap((log) => eventsOf(log).map(({ type }) => type)));
    expect(Object.keys(commandShapes).filter((type) => !commands.has(type as never))).toEqual(ofLimits.commands);
    // A claim is about a partition, a quarantine about a broken engine: no command leads to either.
    const others = ['PartitionClaimed', 'WorkflowQuarantined', ...ofLimits.events];
    const missing = Object.keys(eventShapes).filter((type) => !events.has(type as never));
    expect(missing.toSorted()).toEqual(others.toSorted());
  });
});
