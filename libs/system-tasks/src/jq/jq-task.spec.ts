import { aTaskToRun } from '../testing/tasks.js';
import { type Jq, JqTask } from './jq-task.js';

describe('JSON_JQ_TRANSFORM', () => {
  const input = { queryExpression: '.a', a: 1 };
  const answering = (outcome: Awaited<ReturnType<Jq['transform']>>): JqTask =>
    new JqTask({ transform: (query, given) => Promise.resolve(query === '.a' && given === input ? outcome : never()) });
  const never = (): never => {
    throw new Error('asked for something else');
  };

  it.each([
    [[1, 2], 1],
    [[null], null],
    [[], null],
    [[false], false],
  ])('gives the first and all of %j', async (results, result) => {
    expect(await answering({ ok: true, results }).execute(aTaskToRun(input))).toEqual({
      status: 'COMPLETED',
      output: { result, resultList: results },
    });
  });

  it('fails with the message of the query', async () => {
    expect(await answering({ ok: false, message: 'no' }).execute(aTaskToRun(input))).toEqual({
      status: 'FAILED',
      reasonForIncompletion: 'no',
      output: { error: 'no' },
    });
  });

  it.each([[{}], [{ queryExpression: null }], [{ queryExpression: ' ' }], [{ queryExpression: {} }]])(
    'wants a query: %j',
    async (given) => {
      expect(await new JqTask({ transform: never }).execute(aTaskToRun(given))).toMatchObject({
        status: 'FAILED',
        reasonForIncompletion: "Missing 'queryExpression' in input parameters",
      });
    },
  );
});
