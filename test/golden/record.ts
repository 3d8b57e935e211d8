/**
 * A golden log is a file of JSON lines: the definitions, then each command with its place in the log, followed by the events that came of it as they
 * were written, and at last the state.
 */
import type { Command, SealedEvent } from '@dacapo/contracts';
import type { WorkflowDef } from '@dacapo/definitions';
import type { Flow, WorkflowState } from '@dacapo/engine';

import type { Run } from '../../libs/engine/src/testing/run.js';

export interface Decided {
  readonly command: Command;
  readonly time: number;
  readonly causation: string;
  readonly epoch: number;
  /** The bytes of the log. */
  readonly events: readonly string[];
}

export interface GoldenLog {
  readonly definitions: readonly { readonly digest: string; readonly definition: WorkflowDef }[];
  readonly decisions: readonly Decided[];
  readonly state: WorkflowState;
}

export function goldenLog({ commands, records, live }: Run, flows: readonly Flow[]): GoldenLog {
  const decisions = commands.flatMap((command, index) => {
    const events = records.filter(({ event }) => event.causation === `0:${index}`);
    return events[0] === undefined ? [] : [decided(command, events[0], events)];
  });
  return { definitions: flows.map(({ digest, definition }) => ({ digest, definition })), decisions, state: live };
}

function decided(command: Command, { event }: SealedEvent, events: readonly SealedEvent[]): Decided {
  const { time, causation, epoch } = event;
  return { command, time, causation, epoch, events: events.map(({ text }) => text) };
}

export function writeGolden({ definitions, decisions, state }: GoldenLog): string {
  const lines = [
    ...definitions.map((definition) => JSON.stringify(definition)),
    ...decisions.flatMap(({ events, ...rest }) => [JSON.stringify(rest), ...events]),
    JSON.stringify({ state }),
  ];
  return `${lines.join('\n')}\n`;
}

export function readGolden(text: string): GoldenLog {
  const definitions: GoldenLog['definitions'][number][] = [];
  const decisions: (Decided & { readonly events: string[] })[] = [];
  let state: WorkflowState | undefined;
  for (const line of text.trim().split('\n')) {
    const value = JSON.parse(line) as object;
    if ('digest' in value) definitions.push(value as GoldenLog['definitions'][number]);
    else if ('command' in value) decisions.push({ ...(value as Omit<Decided, 'events'>), events: [] });
    else if ('state' in value) ({ state } = value as { readonly state: WorkflowState });
    else decisions.at(-1)?.events.push(line);
  }
  if (state === undefined) throw new Error('a golden log ends with a state');
  return { definitions, decisions, state };
}
