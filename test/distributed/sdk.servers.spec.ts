/** The SDK's worker and publisher on a real broker: what a user's program sees of a cluster. */
import { setTimeout as pause } from 'node:timers/promises';

import { callbackAfter, type KafkaPublisher, kafkaPublisher, type KafkaTask, TerminalError } from '@dacapo/sdk/kafka';
import { z } from 'zod';

import { brokers, describeWithServers, type HistoryEvent, Installation, silent } from './harness.js';

const workflowOf = (name: string, ...types: readonly string[]): object => ({
  name,
  version: 1,
  tasks: types.map((type) => ({
    name: type,
    taskReferenceName: type,
    type: 'SIMPLE',
    inputParameters: { cents: '${workflow.input.cents}' },
  })),
});

describeWithServers('the SDK on Kafka', () => {
  const installation = new Installation();
  let publisher: KafkaPublisher;

  beforeAll(async () => {
    await installation.start();
    publisher = kafkaPublisher({ brokers: (brokers ?? '').split(','), topicPrefix: installation.prefix, log: silent });
  }, 60_000);

  afterAll(async () => {
    await publisher.close();
    await installation.stop();
  }, 60_000);

  const define = async (name: string, fields: object = {}): Promise<void> => {
    await installation.api('POST', '/metadata/taskdefs', [{ name, retryCount: 0, delivery: 'kafka', ...fields }]);
    await installation.api('PUT', '/metadata/workflow', [workflowOf(`wf_${name}`, name)]);
  };
  const start = (name: string, input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    publisher.startWorkflow({ name: `wf_${name}`, input });
  const ended = async (workflowId: string): Promise<readonly HistoryEvent[]> => {
    let events: readonly HistoryEvent[] = [];
    await installation.until(`${workflowId} to end`, async () => {
      events = (await installation.ask(`/workflow/${workflowId}/events?from=1`)) ?? [];
      return events.some(({ type }) => /^Workflow(Completed|Failed|TimedOut)$/.test(type));
    });
    return events;
  };
  const work = (task: KafkaTask) => installation.startWorker([task], task.name);

  it('starts a workflow, works on it, and a start with the same id has one effect', async () => {
    await define('greet');
    await work({ name: 'greet', run: ({ cents }) => ({ paid: cents }) });
    const ids = await Promise.all(
      [1, 2].map(() => publisher.startWorkflow({ name: 'wf_greet', input: { cents: 5 } }, { id: 'twice' })),
    );
    expect(ids[0]).toBe(ids[1]);
    const events = await ended(ids[0] ?? '');
    expect(events.filter(({ type }) => type === 'WorkflowStarted')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'TaskCompleted')?.data['output']).toEqual({ paid: 5 });
  }, 60_000);

  it('fails for good what does not fit its schema, and what says so', async () => {
    await define('strict', { retryCount: 3 });
    await work({
      name: 'strict',
      input: z.object({ cents: z.number() }),
      run: () => {
        throw new TerminalError('stolen');
      },
    });
    const failures = await Promise.all(
      [start('strict', { cents: 'many' }), start('strict', { cents: 1 })].map(async (id) => {
        const failed = (await ended(await id)).filter(({ type }) => type === 'TaskFailed');
        return failed.map(({ data }) => [data['status'], data['reasonForIncompletion']]);
      }),
    );
    expect(failures[0]?.[0]).toEqual(['FAILED_WITH_TERMINAL_ERROR', expect.stringContaining('input.cents')]);
    expect(failures[1]).toEqual([['FAILED_WITH_TERMINAL_ERROR', 'stolen']]);
  }, 60_000);

  it('is called again for what is not done', async () => {
    await define('poller');
    await work({
      name: 'poller',
      run: (_input, { task }) =>
        task['pollCount'] === undefined || (task.outputData as { page?: number }).page !== 1
          ? callbackAfter(1, { page: 1 })
          : { page: 2 },
    });
    const events = await ended(await start('poller'));
    expect(events.map(({ type }) => type)).toContain('TaskProgressed');
    expect(events.find(({ type }) => type === 'TaskCompleted')?.data['output']).toEqual({ page: 2 });
  }, 60_000);

  it('keeps a task that takes longer than its response timeout', async () => {
    await define('slow', { responseTimeoutSeconds: 1 });
    await work({ name: 'slow', run: async () => pause(3_500, { done: true }) });
    const types = (await ended(await start('slow'))).map(({ type }) => type);
    expect(types.filter((type) => type === 'TaskLeaseExtended').length).toBeGreaterThan(1);
    expect(types).not.toContain('TaskTimedOut');
    expect(types.at(-1)).toBe('WorkflowCompleted');
  }, 60_000);

  it('finishes what it has when it is stopped, and leaves the rest to another one', async () => {
    await define('drained');
    const begun: string[] = [];
    const task: KafkaTask = {
      name: 'drained',
      run: async (_input, { workflowId }) => {
        begun.push(workflowId);
        await pause(300);
      },
    };
    const worker = await work(task);
    const ids = await Promise.all(Array.from({ length: 30 }, () => start('drained')));
    await installation.until('some to begin', () => begun.length > 0);
    await worker.stop();
    expect(worker.done).toBe(begun.length);
    await work(task);
    await Promise.all(ids.map(ended));
    expect(new Set(begun).size).toBe(begun.length);
    expect(begun.toSorted()).toEqual(ids.toSorted());
  }, 60_000);

  it('works on many tasks of one partition at a time', async () => {
    await define('wide');
    let now = 0;
    let most = 0;
    await work({
      name: 'wide',
      run: async () => {
        most = Math.max(most, ++now);
        await pause(200);
        now -= 1;
      },
    });
    await Promise.all((await Promise.all(Array.from({ length: 30 }, () => start('wide')))).map(ended));
    expect(most).toBeGreaterThan(5);
    expect(most).toBeLessThanOrEqual(20);
  }, 60_000);
});
