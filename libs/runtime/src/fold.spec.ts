import { type EventData, type EventType, isDaCapoError, sealEvent } from '@dacapo/contracts';
import type { Event } from '@dacapo/contracts';
import { sha256 } from '@dacapo/ports-testing';

import { fold } from './fold.js';

describe('fold', () => {
  const event = <T extends EventType>(seq: number, type: T, data: EventData<T>): Event =>
    sealEvent(
      type,
      data,
      { workflowId: 'w', seq, time: seq, causation: `0:${seq}`, epoch: 1, previousHash: '' },
      sha256,
    ).event;
  const started = event(1, 'WorkflowStarted', { definition: 'd', name: 'n', version: 1, input: {}, variables: {} });
  const paused = event(2, 'WorkflowPaused', {});
  const resumed = event(3, 'WorkflowResumed', {});

  it('takes events by their numbers', () => {
    const state = fold(fold(undefined, started), paused);
    expect(state).toMatchObject({ workflowId: 'w', seq: 2, hash: paused.hash, status: 'PAUSED' });
  });

  it('ignores a repeat', () => {
    const state = fold(fold(fold(undefined, started), paused), resumed);
    expect(fold(fold(state, paused), started)).toMatchObject({ seq: 3, status: 'RUNNING' });
  });

  it('refuses a gap, and names it', () => {
    const state = fold(undefined, started);
    expect(() => fold(state, resumed)).toThrow('I2 workflow w goes on at seq 3 after 1');
    try {
      fold(undefined, paused);
    } catch (error) {
      expect(isDaCapoError(error) && error.code).toBe('INVARIANT_BROKEN');
    }
    expect(() => fold(undefined, paused)).toThrow('I2');
  });

  it('passes over what stands outside of the workflow', () => {
    const outside = event(0, 'CommandRejected', { command: 'ClaimTask', code: 'WORKFLOW_NOT_FOUND', message: '' });
    expect(fold(undefined, outside)).toBeUndefined();
    expect(fold(fold(undefined, started), outside)).toMatchObject({ seq: 1 });
  });
});
