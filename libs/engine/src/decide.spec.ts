import type { Command } from '@dacapo/contracts';

import { decide, quarantine } from './decide.js';
import { Run, workflowId } from './testing/run.js';
import { aWorkflow, fork, join, simple, subWorkflow } from './testing/definitions.js';
import { sha256 } from './testing/hash.js';
import { given } from './testing/specification.js';
import { claim, complete, fail, pause, resume, retry, start } from './testing/steps.js';

const workflow = aWorkflow().withTask(
  fork('f', [simple('a', { retryCount: 1 })], [subWorkflow('s', { name: 'child' })]),
  join('j', ['a', 's']),
);
const context = { now: 1, causation: '0:1', epoch: 1, hash: sha256, flow: () => undefined };

describe('decide', () => {
  it('makes the same ids and hashes in every epoch', () => {
    const [one, two] = [1, 77].map((epoch) => {
      const run = new Run(workflow.flow(), { epoch });
      for (const step of [start(), claim('a'), fail('a'), fail('a'), retry, pause, resume]) step(run);
      return run;
    });
    expect(one?.records.map(({ event }) => event.hash)).toEqual(two?.records.map(({ event }) => event.hash));
    expect(one?.live).toEqual(two?.live);
    expect(one?.records[0]?.text).not.toBe(two?.records[0]?.text);
  });

  it('I26 a record that was changed afterwards no longer fits its hash, nor those behind it', () => {
    const { run } = given(workflow, [start()]);
    const [first, second] = run.records;
    expect(first?.event.hash).toBe(sha256(`\n${first?.text.slice(0, first.text.lastIndexOf(',"epoch":'))}`));
    expect(second?.event.hash).toBe(
      sha256(`${first?.event.hash}\n${second?.text.slice(0, second.text.lastIndexOf(',"epoch":'))}`),
    );
  });

  it('names its command on the first event only, and whether it may come again', () => {
    const run = new Run(workflow.flow());
    const command: Command = {
      type: 'StartWorkflow',
      version: 1,
      id: 'x',
      workflowId,
      repeatable: true,
      data: { definition: run.flow.digest, name: 'wf', version: 1, input: {} },
    };
    const [first, ...others] = run.decide(command);
    expect(first?.event).toMatchObject({ commandId: 'x', repeatable: true });
    expect(others.some(({ event }) => 'commandId' in event)).toBe(false);
  });

  it('breaks an invariant when the definition of a running workflow is unknown', () => {
    const { run } = given(workflow, [start()]);
    const command: Command = { type: 'CompleteTask', version: 1, id: 'x', workflowId, data: { taskId: run.idOf('a') } };
    expect(() => decide(run.live, command, context)).toThrow('is known under its digest');
  });
});

describe('a quarantined workflow', () => {
  const command: Command = { type: 'PauseWorkflow', version: 1, id: 'x', workflowId, data: {} };

  it('refuses every command, and stays as it is', () => {
    const { run } = given(workflow, [start()]);
    const { state, events } = quarantine(run.live, command, 'odd', context);
    expect(events.map(({ event }) => event)).toMatchObject([
      { type: 'WorkflowQuarantined', data: { reason: 'odd' }, commandId: 'x' },
    ]);
    const after = decide(state, { ...command, type: 'TerminateWorkflow' }, context);
    expect(after.events[0]?.event).toMatchObject({ type: 'CommandRejected', data: { code: 'WORKFLOW_QUARANTINED' } });
    expect(after.state).toMatchObject({ status: 'QUARANTINED', reason: 'odd' });
  });

  it('that never existed is only a refusal', () => {
    const { events } = quarantine(undefined, command, 'odd', context);
    expect(events[0]?.event).toMatchObject({ type: 'CommandRejected', seq: 0, data: { code: 'INVARIANT_BROKEN' } });
  });
});

describe('I19', () => {
  it('a task that ends in a branch leads on though other branches are open', () => {
    given(workflow, [start()]).when(complete('a')).then(['TaskCompleted a']).thenTask('j', { waitsFor: 1 });
  });
});
