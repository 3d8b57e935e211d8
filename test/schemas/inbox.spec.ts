/** schemas/inbox.json is kept by hand: what the documentation shows passes, and it agrees with what the edge takes and refuses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Schema, Validator } from '@cfworker/json-schema';
import { parseStartRequest, parseTaskResult } from '@dacapo/api';

const file = join(import.meta.dirname, '../../schemas/inbox.json');
const validator = new Validator(JSON.parse(readFileSync(file, 'utf8')) as Schema, '7');

const start = { type: 'StartWorkflow', id: 'start-1', request: { name: 'order', input: { orderId: 'o-1' } } };
const begin = { type: 'StartTask', id: 'begin-1', workflowInstanceId: 'w', taskId: 't', workerId: 'worker-1' };
const update = {
  type: 'UpdateTask',
  id: 'update-1',
  result: { workflowInstanceId: 'w', taskId: 't', status: 'COMPLETED', outputData: {} },
};
const signal = { type: 'SignalWorkflow', id: 'signal-1', workflowId: 'w', status: 'COMPLETED', output: {} };

const good: Readonly<Record<string, unknown>> = {
  'a start by name': start,
  'a start with a workflow id of its own': { ...start, request: { ...start.request, workflowId: 'w-1' } },
  'a start with the definition in it': {
    ...start,
    request: { workflowDef: { name: 'x', tasks: [{ name: 'a', taskReferenceName: 'a', type: 'SIMPLE' }] } },
  },
  'a start as a Java program writes it, with nulls': {
    ...start,
    request: { name: 'order', version: null, correlationId: null, input: {}, taskToDomain: {}, workflowDef: null },
  },
  'a start with a property that only Conductor knows': { ...start, request: { ...start.request, idempotencyKey: 'k' } },
  'the beginning of a task': begin,
  'a result': update,
  'a result with logs': {
    ...update,
    result: { ...update.result, logs: [{ log: 'line', createdTime: 1, taskId: 't' }] },
  },
  'a sign of life': { ...update, result: { workflowInstanceId: 'w', taskId: 't', extendLease: true } },
  'a signal': signal,
  'a signal without output': { type: 'SignalWorkflow', id: 's', workflowId: 'w', status: 'FAILED' },
};

const bad: Readonly<Record<string, unknown>> = {
  'no object': 'StartWorkflow',
  'an unknown type': { ...start, type: 'RestartWorkflow' },
  'no id': { type: 'StartWorkflow', request: start.request },
  'an empty id': { ...start, id: '' },
  'an id of 256 characters': { ...start, id: 'i'.repeat(256) },
  'a property too much': { ...start, surplus: 1 },
  'a start without request': { type: 'StartWorkflow', id: 'x' },
  'a start of nothing': { ...start, request: { input: {} } },
  'a start with a name of nothing': { ...start, request: { name: '', input: {} } },
  'a start whose input is null': { ...start, request: { name: 'order', input: null } },
  'a start with a priority of 100': { ...start, request: { ...start.request, priority: 100 } },
  'a beginning without worker': { type: 'StartTask', id: 'x', workflowInstanceId: 'w', taskId: 't' },
  'a result without status': { ...update, result: { workflowInstanceId: 'w', taskId: 't' } },
  'a result with a status that only the server gives': { ...update, result: { ...update.result, status: 'TIMED_OUT' } },
  'a signal that is no end': { ...signal, status: 'IN_PROGRESS' },
  'a signal whose output is a list': { ...signal, output: [] },
};

it.each(Object.keys(good))('takes %s', (name) => {
  expect(validator.validate(good[name]).errors).toEqual([]);
});

it.each(Object.keys(bad))('refuses %s', (name) => {
  expect(validator.validate(bad[name]).valid).toBe(false);
});

/** Conductor's objects inside the records: the edge's own parsers judge them. */
function isTakenByEdge(record: unknown): boolean {
  const { request, result } = record as { readonly request?: unknown; readonly result?: unknown };
  try {
    if (request !== undefined) parseStartRequest(request);
    if (result !== undefined) parseTaskResult(result);
    return true;
  } catch {
    return false;
  }
}

it('takes nothing that the edge refuses', () => {
  expect(Object.keys(good).filter((name) => !isTakenByEdge(good[name]))).toEqual([]);
});

it('refuses what the edge refuses in the request and in the result', () => {
  expect(Object.keys(bad).filter((name) => !isTakenByEdge(bad[name]))).toEqual([
    'a start of nothing',
    'a start with a name of nothing',
    'a start whose input is null',
    'a start with a priority of 100',
    'a result without status',
    'a result with a status that only the server gives',
  ]);
});
