import type { RequestListener } from 'node:http';

import type { JsonObject } from '@dacapo/contracts';
import type { ScriptOutcome, ScriptRequest } from '@dacapo/ports';

import type { BuiltInResult } from '../built-in-task.js';
import { AddressGuard } from '../http/address-guard.js';
import { HttpClient } from '../http/http-client.js';
import { limits } from '../limits.js';
import { aFreePort, TestServer } from '../testing/http-server.js';
import { aContext, aTaskToRun } from '../testing/tasks.js';
import type { ConditionTools } from './condition.js';
import { HttpPollTask } from './http-poll-task.js';
import { pauseAfter, readPolling } from './polling.js';

const client = new HttpClient({ guard: new AddressGuard({ privateAddresses: 'allow' }) });
let server: TestServer;
let answer: RequestListener;

beforeEach(async () => {
  answer = (_request, response) => response.end(JSON.stringify({ state: 'busy', left: server.received.length }));
  server = await TestServer.http((request, response) => answer(request, response));
});

afterEach(() => server.close());

function poll(input: JsonObject, pollCount = 1, tools: ConditionTools = {}): Promise<BuiltInResult> {
  const task = aTaskToRun(input, { pollCount, taskType: 'HTTP_POLL' });
  return new HttpPollTask(client, tools).execute(task, aContext());
}

const request = (more: JsonObject = {}): JsonObject => ({ uri: server.url, method: 'GET', ...more });

describe('HTTP_POLL', () => {
  it('goes on until its condition holds', async () => {
    const input = { http_request: request(), terminationCondition: "$.output.response.body.state == 'done'" };
    expect(await poll(input)).toMatchObject({
      status: 'IN_PROGRESS',
      callbackAfterSeconds: 60,
      output: { response: { statusCode: 200, body: { state: 'busy' } } },
    });
    answer = (_request, response) => response.end('{"state":"done"}');
    expect(await poll(input, 2)).toEqual({
      status: 'COMPLETED',
      output: { response: expect.objectContaining({ body: { state: 'done' } }) },
    });
  });

  it('takes its keys beside the request and inside of it', async () => {
    const keys = { pollingInterval: '7', terminationCondition: 'false', pollingStrategy: 'FIXED' };
    for (const input of [{ http_request: request(), ...keys }, { http_request: request(keys) }, request(keys)])
      expect(await poll(input)).toMatchObject({ status: 'IN_PROGRESS', callbackAfterSeconds: 7 });
  });

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['$.status == 200', true],
    ['$.output.status === 200', true],
    ['$.response.body.left > 5', false],
    ['$.output.body.left == 1', true],
    ['$.input.wanted == $.body.state', true],
    ['(function(){ return $.output.response.body.left > 0;})();', true],
  ])('reads %s as a condition', async (terminationCondition, holds) => {
    const { status } = await poll({ http_request: request(), wanted: 'busy', terminationCondition });
    expect(status).toBe(holds ? 'COMPLETED' : 'IN_PROGRESS');
  });

  it('ends with the first success when it has no condition', async () => {
    answer = (_request, response) => response.writeHead(503).end('later');
    expect(await poll(request())).toMatchObject({
      status: 'IN_PROGRESS',
      output: { error: { statusCode: 503, body: 'later' } },
    });
    answer = (_request, response) => response.end('"there"');
    expect(await poll(request(), 2)).toMatchObject({ status: 'COMPLETED', output: { response: { body: 'there' } } });
  });

  it('may wait for an error as well', async () => {
    answer = (_request, response) => response.writeHead(404).end();
    expect(await poll(request({ terminationCondition: '$.status == 404' }))).toMatchObject({ status: 'COMPLETED' });
  });

  it('waits for a server that is not there yet', async () => {
    const uri = `http://127.0.0.1:${await aFreePort()}/`;
    expect(await poll(request({ uri }))).toMatchObject({
      status: 'IN_PROGRESS',
      output: { error: { code: 'CONNECTION_REFUSED' } },
    });
  });

  it('asks no more often than it may, and says what the last round brought', async () => {
    const input = request({ terminationCondition: 'false', maxPollCount: 2 });
    expect(await poll(input, 1)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await poll(input, 2)).toMatchObject({
      status: 'FAILED',
      reasonForIncompletion: 'Polled 2 times, which is maxPollCount: the terminationCondition did not hold',
      output: { response: { statusCode: 200 } },
    });
    answer = (_request, response) => response.writeHead(500).end();
    expect((await poll(input, 3)).reasonForIncompletion).toContain('500 Internal Server Error: [no body]');
  });

  it('leaves no large body in the history of a round, only in the result', async () => {
    for (const [bytes, isKept] of [
      [limits.roundBytes, true],
      [limits.roundBytes + 1, false],
    ] as const) {
      answer = (_request, response) => response.end('x'.repeat(bytes));
      const round = await poll(request({ terminationCondition: 'false' }));
      expect(Object.hasOwn(round.output?.['response'] as object, 'body')).toBe(isKept);
      const last = await poll(request({ terminationCondition: 'true' }));
      expect(last.output).toMatchObject({ response: { body: 'x'.repeat(bytes) } });
    }
  });

  it.each([
    [{ uri: undefined }, 'Missing HTTP URI.  See documentation for HttpTask for required input parameters'],
    [{ method: undefined }, 'No HTTP method specified'],
    [{ uri: 'http://169.254.169.254/' }, 'HTTP tasks must not go to this address'],
    [{ uri: 'file:///x' }, 'uri must begin with http:// or https://'],
    [{ pollingInterval: 0 }, 'pollingInterval must be a number of seconds above 0'],
    [{ pollingInterval: 'often' }, 'pollingInterval must be a number of seconds above 0'],
    [{ pollingStrategy: 'RANDOM' }, 'pollingStrategy must be one of FIXED, LINEAR_BACKOFF, EXPONENTIAL_BACKOFF'],
    [{ maxPollCount: 0 }, 'maxPollCount must be a number above 0'],
    [{ terminationCondition: 'this is no script' }, 'The terminationCondition could not be evaluated'],
    [{ terminationCondition: '$.output.none.none' }, 'The terminationCondition could not be evaluated'],
  ])('fails at once when it can never work: %j', async (fields, reason) => {
    const result = await poll(request(fields));
    expect(result.status).toBe('FAILED');
    expect(result.reasonForIncompletion).toContain(reason);
  });

  it('goes on when its condition cannot be read off an error', async () => {
    answer = (_request, response) => response.writeHead(502).end('<html>');
    expect(await poll(request({ terminationCondition: '$.body.items[0].state == 1' }))).toMatchObject({
      status: 'IN_PROGRESS',
    });
  });

  describe('with a condition that the small evaluator does not know', () => {
    const source = 'var n = 0; for (var i = 0; i < 3; i++) n += i; n == 3';
    const sandboxed = (outcome: ScriptOutcome, seen: ScriptRequest[] = []): ConditionTools => ({
      sandbox: {
        build: 'test',
        evaluate: (asked) => {
          seen.push(asked);
          return Promise.resolve(outcome);
        },
        close: () => Promise.resolve(),
      },
    });

    it('asks the sandbox', async () => {
      const seen: ScriptRequest[] = [];
      const input = request({ terminationCondition: source });
      expect(await poll(input, 1, sandboxed({ ok: true, value: true }, seen))).toMatchObject({ status: 'COMPLETED' });
      expect(seen).toMatchObject([{ form: 'script', source, seed: 'task-1', input: { status: 200 } }]);
      expect(await poll(input, 1, sandboxed({ ok: true, value: 0 }))).toMatchObject({ status: 'IN_PROGRESS' });
    });

    it('fails with what the sandbox says, or without one', async () => {
      const input = request({ terminationCondition: source });
      const tools = sandboxed({ ok: false, kind: 'fuel', message: 'too long' });
      expect((await poll(input, 1, tools)).reasonForIncompletion).toContain('too long');
      expect((await poll(input)).status).toBe('FAILED');
    });
  });
});

describe('the pause between two rounds', () => {
  it.each([
    ['FIXED', [5, 5, 5, 5]],
    ['LINEAR_BACKOFF', [5, 10, 15, 20]],
    ['EXPONENTIAL_BACKOFF', [5, 10, 20, 40]],
  ])('%s', (pollingStrategy, seconds) => {
    const polling = readPolling({ pollingStrategy, pollingInterval: 5 });
    if (typeof polling === 'string') throw new Error(polling);
    expect([1, 2, 3, 4].map((round) => pauseAfter(polling, round))).toEqual(seconds);
    expect(pauseAfter(polling, 1e9)).toBeLessThanOrEqual(limits.pollingSeconds);
  });
});
