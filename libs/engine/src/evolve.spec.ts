import { type Event, eventShapes, type EventType, isDaCapoError } from '@dacapo/contracts';
import fc from 'fast-check';

import { evolve } from './evolve.js';
import type { WorkflowState } from './state.js';
import { aWorkflow, fork, join, simple } from './testing/definitions.js';
import { startOfTime, workflowId } from './testing/run.js';
import { given } from './testing/specification.js';
import { after, claim, fail, fireTimerAfter, start } from './testing/steps.js';

function event(type: EventType, data: unknown, seq = 2): Event {
  return {
    type,
    version: 1,
    workflowId,
    seq,
    time: startOfTime,
    causation: '0:1',
    data,
    epoch: 1,
    hash: `h${seq}`,
  } as unknown as Event;
}

const aState = (): WorkflowState =>
  given(aWorkflow().withTask(fork('f', [simple('a')], [simple('b')]), join('j', ['a', 'b'])), [start(), claim('a')]).run
    .live;

/** A value of the shape that is written in the contracts. */
function valueOf(schema: Readonly<Record<string, unknown>>, ids: readonly string[]): fc.Arbitrary<unknown> {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as readonly unknown[]));
  switch (schema['type']) {
    case 'string':
      return fc.oneof(fc.constantFrom(...ids), fc.string({ maxLength: 6 }));
    case 'integer':
      return fc.nat(100);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema['items'] as Readonly<Record<string, unknown>>, ids), { maxLength: 2 });
    default:
      return objectOf(schema, ids);
  }
}

function objectOf(schema: Readonly<Record<string, unknown>>, ids: readonly string[]): fc.Arbitrary<unknown> {
  const properties = schema['properties'] as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  if (properties === undefined) {
    const items = schema['additionalProperties'] as Readonly<Record<string, unknown>> | undefined;
    const value = items === undefined ? fc.jsonValue({ maxDepth: 1 }) : valueOf(items, ids);
    return fc.dictionary(fc.constantFrom('joinOn', 'workflow', 'offer', 'x'), value, { maxKeys: 2 });
  }
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field, ids)]));
  return fc.record(fields, { requiredKeys: schema['required'] as string[] });
}

describe('evolve', () => {
  it('never throws on a known event, however odd the state', () => {
    const state = aState();
    const ids = [...Object.keys(state.references), ...Object.keys(state.tasks), 'JOIN', 'toString', 'response:x'];
    const types = Object.keys(eventShapes) as readonly EventType[];
    const anyEvent = fc
      .constantFrom(...types)
      .chain((type) => fc.tuple(fc.constant(type), valueOf(eventShapes[type].schema, ids)));
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
        let current = structuredClone(state);
        for (const [index, [type, data]] of events.entries()) current = evolve(current, event(type, data, index + 100));
        expect(current.openCount).toBe(Object.keys(current.open).length);
      }),
      { seed: 4711, numRuns: 500 },
    );
  });

  it.each(Object.keys(eventShapes).filter((type) => type !== 'WorkflowStarted'))(
    'I2 %s does not begin a workflow',
    (type) => {
      let error: unknown;
      try {
        evolve(undefined, event(type as EventType, {}));
      } catch (caught) {
        error = caught;
      }
      expect(isDaCapoError(error) && error.code).toBe('INVARIANT_BROKEN');
    },
  );

  it('ignores events about attempts that it does not know, or that were replaced', () => {
    const state = aState();
    const before = structuredClone(state);
    evolve(state, event('TaskCompleted', { taskId: 'nobody', status: 'COMPLETED' }, state.seq + 1));
    expect({ ...state, seq: before.seq, hash: before.hash }).toEqual(before);
  });

  it('keeps number and hash of the last event', () => {
    const state = evolve(aState(), event('TaskLogged', { taskId: 'x', log: 'l' }, 99));
    expect([state.seq, state.hash]).toEqual([99, 'h99']);
  });

  it.each(['WorkflowPaused', 'WorkflowQuarantined'] as const)('%s changes the status', (type) => {
    expect(evolve(aState(), event(type, { reason: 'r' })).status).toBe(
      type === 'WorkflowPaused' ? 'PAUSED' : 'QUARANTINED',
    );
  });

  it('counts polls, and the total time from the first attempt on', () => {
    const { run } = given(
      aWorkflow()
        .withTask(simple('a', { retryCount: 1 }))
        .withTaskDef('a', { retryDelaySeconds: 1 }),
      [start(), claim('a'), after(4), fail('a'), fireTimerAfter(1), claim('a')],
    );
    expect(run.task('a')).toMatchObject({
      pollCount: 1,
      retryCount: 1,
      firstScheduledTime: startOfTime,
      scheduledTime: startOfTime + 4000,
    });
  });

  it('I23 a snapshot is one JSON text', () => {
    const state = aState();
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
