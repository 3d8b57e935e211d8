import { z } from 'zod';

import { parseTask, runTask } from './run-task.js';
import { callbackAfter, kafkaTask, type KafkaTask, TerminalError, type WorkerTask } from './task.js';

const task: WorkerTask = {
  taskId: 't',
  workflowInstanceId: 'w',
  taskType: 'charge',
  taskDefName: 'charge',
  referenceTaskName: 'charge__2',
  retryCount: 1,
  responseTimeoutSeconds: 30,
  inputData: { cents: 4200 },
};
const outcomeOf = (run: KafkaTask['run']) => runTask({ name: 'charge', run }, task, new AbortController().signal);

describe('what comes of a task', () => {
  it('is its output', async () => {
    expect(await outcomeOf(({ cents }) => ({ paid: cents }))).toEqual({
      status: 'COMPLETED',
      outputData: { paid: 4200 },
    });
    expect(await outcomeOf(() => undefined)).toEqual({ status: 'COMPLETED', outputData: {} });
  });

  it('is a failure that may be tried again, or one that may not', async () => {
    const fails = (error: unknown) => outcomeOf(() => Promise.reject(error as Error));
    expect(await fails(new Error('no answer'))).toEqual({ status: 'FAILED', reasonForIncompletion: 'no answer' });
    expect(await fails('odd')).toEqual({ status: 'FAILED', reasonForIncompletion: 'odd' });
    expect(await fails(new TerminalError('stolen'))).toEqual({
      status: 'FAILED_WITH_TERMINAL_ERROR',
      reasonForIncompletion: 'stolen',
    });
  });

  it('is a wish to be called again', async () => {
    expect(await outcomeOf(() => callbackAfter(60, { page: 2 }))).toEqual({
      status: 'IN_PROGRESS',
      outputData: { page: 2 },
      callbackAfterSeconds: 60,
    });
  });

  it('comes with the lines of its log', async () => {
    const { logs } = await outcomeOf((_input, { log }) => log('begun'));
    expect(logs).toMatchObject([{ log: 'begun' }]);
  });

  it('is done under a key that all attempts share', async () => {
    await outcomeOf((_input, context) => {
      expect(context).toMatchObject({ idempotencyKey: 'w/charge__2', attempt: 1, workflowId: 'w', taskId: 't' });
    });
    expect.assertions(1);
  });
});

describe('an input with a schema', () => {
  const typed = (schema: z.ZodType<{ cents: number }>): KafkaTask =>
    kafkaTask({ name: 'charge', input: schema, run: ({ cents }) => ({ double: cents * 2 }) });
  const signal = new AbortController().signal;

  it('is handed over as the schema makes it', async () => {
    const schema = z.object({ cents: z.number().transform((cents) => cents + 1) });
    expect(await runTask(typed(schema), task, signal)).toMatchObject({ outputData: { double: 8402 } });
  });

  it('ends the task for good when it does not fit, and says where', async () => {
    const schema = z.object({ cents: z.number().max(100), who: z.object({ name: z.string() }) });
    const { status, reasonForIncompletion } = await runTask(typed(schema), task, signal);
    expect(status).toBe('FAILED_WITH_TERMINAL_ERROR');
    expect(reasonForIncompletion).toMatch(/^The input does not fit its schema: input\.cents: .*; input\.who: /);
  });
});

describe('a record of a task topic', () => {
  it('is a task, or none', () => {
    expect(parseTask(Buffer.from(JSON.stringify(task)))).toEqual(task);
    for (const text of [
      '',
      'garbage',
      '[]',
      'null',
      '{"taskId":"t"}',
      '{"taskId":1,"workflowInstanceId":"w","inputData":{}}',
    ])
      expect(parseTask(Buffer.from(text))).toBeUndefined();
    expect(parseTask(null)).toBeUndefined();
  });
});
