import { parseConditions, parseSort, searchQueryOf } from './search-query.js';

describe('parseConditions', () => {
  it.each([
    ['', []],
    ["workflowType='a'", [{ field: 'workflowType', values: ['a'] }]],
    [
      'workflowType = a AND status IN (RUNNING,FAILED)',
      [
        { field: 'workflowType', values: ['a'] },
        { field: 'status', values: ['RUNNING', 'FAILED'] },
      ],
    ],
    [
      `status in ( 'A' , "B C" ) and version=2`,
      [
        { field: 'status', values: ['A', 'B C'] },
        { field: 'version', values: ['2'] },
      ],
    ],
    [`correlationId="it's AND (so)"`, [{ field: 'correlationId', values: ["it's AND (so)"] }]],
  ])('reads %j', (text, conditions) => {
    expect(parseConditions(text)).toEqual(conditions);
  });

  it.each([
    [
      'color=red',
      "Unknown field (known: workflowType, workflowId, status, version, correlationId, parentWorkflowId), found 'color' at character 1 of query",
    ],
    ['status', 'query ends at character 7: expected an operator'],
    ['status=', 'query ends at character 8: expected a value'],
    ['status IN (A', 'query ends at character 13: expected , or )'],
    ['status IN (A,,B)', "Expected a value, found ',' at character 14 of query"],
    ['status=A OR status=B', "Expected AND, found 'OR' at character 10 of query"],
    ['status>A', "Expected = or IN after status, found '>' at character 7 of query"],
    ['version=x', "version must be a whole number, found 'x' at character 9 of query"],
    ['workflowType=a*', "Wildcards are not supported, found 'a*' at character 14 of query"],
    ['__proto__=1', 'Unknown field'],
  ])('refuses %j and says where', (text, message) => {
    expect(() => parseConditions(text)).toThrow(message);
  });

  it('takes linear time on what is made to be slow', () => {
    expect(() => parseConditions("'".repeat(19_999))).toThrow('Unclosed quote');
    expect(() => parseConditions(`status IN (${'('.repeat(10_000)}`)).toThrow('Expected a value');
    expect(() => parseConditions('x'.repeat(20_001))).toThrow('longer');
  });
});

describe('parseSort', () => {
  it('reads fields with directions', () => {
    expect(parseSort('startTime:DESC|workflowId')).toEqual([
      { field: 'startTime', descending: true },
      { field: 'workflowId', descending: false },
    ]);
  });

  it.each(['color:ASC', 'startTime:UP', 'startTime:ASC:x', '|'])('refuses %j', (text) => {
    expect(() => parseSort(text)).toThrow('sort must be');
  });
});

describe('searchQueryOf', () => {
  it('has the defaults of Conductor', () => {
    expect(searchQueryOf({})).toEqual({ conditions: [], sort: [], start: 0, size: 100 });
  });

  it('takes 5,000 rows and no more', () => {
    expect(searchQueryOf({ size: '5000' }).size).toBe(5_000);
    expect(() => searchQueryOf({ size: '5001' })).toThrow(
      'Cannot return more than 5000 workflows. Please use pagination.',
    );
  });
});
