import type { JsonMap } from './model.js';
import { parseWorkflowDef } from './parse-workflow-def.js';
import { parseTaskDef } from './parse-task-def.js';
import { aTask, aWorkflow, messages, violationsOf } from './testing/builders.js';

const required = (what: string, type: string) => `${what} field is required for taskType: ${type} taskName: n`;
const atLeastOne = (what: string, type: string) =>
  `${what} should have atleast one task for taskType: ${type} taskName: n`;
const bothStyles =
  'dynamicForkJoinTasksParam or combination of dynamicForkTasksInputParamName and dynamicForkTasksParam cam be used for taskType: FORK_JOIN_DYNAMIC taskName: n';
const terminateStatus =
  'terminate task must have an terminationStatus parameter and must be set to COMPLETED or FAILED, taskName: n';
const both = "Both 'duration' and 'until' specified. Please provide only one input";
const cases = { a: [] };
const ok = { evaluatorType: 'value-param', expression: 'x', decisionCases: cases };
const wait = (inputParameters: JsonMap): JsonMap => ({ inputParameters });

const TABLE: [string, JsonMap, string[]][] = [
  ['EVENT', {}, [required('sink', 'EVENT')]],
  ['EVENT', { sink: 'conductor' }, []],
  ['DECISION', { decisionCases: cases }, [required('caseValueParam or caseExpression', 'DECISION')]],
  ['DECISION', { caseValueParam: 'x', decisionCases: null }, [required('decisionCases', 'DECISION')]],
  ['DECISION', { caseValueParam: 'x' }, [atLeastOne('decisionCases', 'DECISION')]],
  ['DECISION', { caseValueParam: 'x', decisionCases: cases }, []],
  ['DECISION', { caseExpression: '$.x == 1', decisionCases: cases }, []],
  ['SWITCH', { ...ok, evaluatorType: null }, [required('evaluatorType', 'SWITCH')]],
  ['SWITCH', { ...ok, expression: null }, [required('expression', 'SWITCH')]],
  ['SWITCH', { ...ok, decisionCases: null }, [required('decisionCases', 'SWITCH')]],
  ['SWITCH', { ...ok, decisionCases: {} }, [atLeastOne('decisionCases', 'SWITCH')]],
  [
    'SWITCH',
    {},
    [required('evaluatorType', 'SWITCH'), required('expression', 'SWITCH'), atLeastOne('decisionCases', 'SWITCH')],
  ],
  ['SWITCH', ok, []],
  ['SWITCH', { ...ok, evaluatorType: 'javascript', expression: '$.x ? 1 : 2' }, []],
  ['SWITCH', { ...ok, evaluatorType: 'javascript', expression: '[1,2].map(x => x * 2)' }, []],
  ['SWITCH', { ...ok, evaluatorType: 'value-param', expression: '(((' }, []],
  ['DYNAMIC', {}, [required('dynamicTaskNameParam', 'DYNAMIC')]],
  ['DYNAMIC', { dynamicTaskNameParam: 'x' }, []],
  [
    'FORK_JOIN_DYNAMIC',
    {},
    [
      required('dynamicForkTasksParam', 'FORK_JOIN_DYNAMIC'),
      required('dynamicForkTasksInputParamName', 'FORK_JOIN_DYNAMIC'),
    ],
  ],
  [
    'FORK_JOIN_DYNAMIC',
    { dynamicForkTasksParam: 'x' },
    [required('dynamicForkTasksInputParamName', 'FORK_JOIN_DYNAMIC')],
  ],
  [
    'FORK_JOIN_DYNAMIC',
    { dynamicForkTasksInputParamName: 'x' },
    [required('dynamicForkTasksParam', 'FORK_JOIN_DYNAMIC')],
  ],
  ['FORK_JOIN_DYNAMIC', { dynamicForkTasksParam: 'x', dynamicForkTasksInputParamName: 'y' }, []],
  ['FORK_JOIN_DYNAMIC', { inputParameters: { forkTaskInputs: [] } }, []],
  ['FORK_JOIN_DYNAMIC', { dynamicForkJoinTasksParam: 'x' }, []],
  ['FORK_JOIN_DYNAMIC', { dynamicForkJoinTasksParam: 'x', dynamicForkTasksParam: 'y' }, [bothStyles]],
  ['FORK_JOIN_DYNAMIC', { dynamicForkJoinTasksParam: 'x', dynamicForkTasksInputParamName: 'y' }, [bothStyles]],
  ['FORK_JOIN', {}, [atLeastOne('forkTasks', 'FORK_JOIN')]],
  ['FORK_JOIN', { forkTasks: [] }, [atLeastOne('forkTasks', 'FORK_JOIN')]],
  ['FORK_JOIN', { forkTasks: [[]] }, []],
  ['HTTP', {}, [required('inputParameters.http_request or inputParameters.uri', 'HTTP')]],
  ['HTTP', { inputParameters: { http_request: {} } }, []],
  ['HTTP', { inputParameters: { uri: 'http://x' } }, []],
  ['HTTP', { taskDefinition: { inputTemplate: { http_request: {} } } }, []],
  [
    'TERMINATE',
    { optional: true, ...wait({ terminationStatus: 'FAILED' }) },
    ['terminate task cannot be optional, taskName: n'],
  ],
  ['TERMINATE', {}, [terminateStatus]],
  ['TERMINATE', wait({ terminationStatus: 'RUNNING' }), [terminateStatus]],
  ['TERMINATE', wait({ terminationStatus: '${workflow.input.s}' }), []],
  ['TRY', {}, [atLeastOne('decisionCases.try', 'TRY')]],
  ['TRY', { decisionCases: { try: [], catch: [aTask('a')] } }, [atLeastOne('decisionCases.try', 'TRY')]],
  [
    'TRY',
    { decisionCases: { try: [aTask('a')], else: [aTask('b')] } },
    ['decisionCases may only have the keys try, catch and finally, not else, for taskType: TRY taskName: n'],
  ],
  [
    'TRY',
    { decisionCases: { try: [aTask('a')] }, defaultCase: [aTask('b')] },
    ['defaultCase has no meaning for taskType: TRY taskName: n'],
  ],
  ['TRY', { decisionCases: { try: [aTask('a')] } }, []],
  ['TRY', { decisionCases: { try: [aTask('a')], catch: [], finally: [aTask('b')] } }, []],
  ['TERMINATE', wait({ terminationStatus: 'COMPLETED' }), []],
  ['TERMINATE', wait({ terminationStatus: 'TERMINATED' }), []],
  ['KAFKA_PUBLISH', {}, [required('inputParameters.kafka_request', 'KAFKA_PUBLISH')]],
  ['KAFKA_PUBLISH', wait({ kafka_request: {} }), []],
  ['DO_WHILE', {}, [required('loopCondition', 'DO_WHILE'), required('loopOver', 'DO_WHILE')]],
  ['DO_WHILE', { items: '${workflow.input.list}', loopOver: [aTask('a')] }, [required('loopCondition', 'DO_WHILE')]],
  ['DO_WHILE', { loopCondition: 'true', loopOver: [aTask('a')] }, []],
  ['DO_WHILE', { loopCondition: 'true', loopOver: [aTask('a', { type: 'EVENT' })] }, []],
  ['FOR_EACH', {}, [required('loopOver', 'FOR_EACH')]],
  ['FOR_EACH', { loopOver: [aTask('a')] }, []],
  ['FOR_EACH', { items: '${workflow.input.list}', loopOver: [aTask('a')], ...wait({ concurrency: 1 }) }, []],
  ['FOR_EACH', { loopOver: [aTask('a')], ...wait({ concurrency: '${workflow.input.c}' }) }, []],
  ...[0, -1, 1.5, '5', true, [1]].map((concurrency): [string, JsonMap, string[]] => [
    'FOR_EACH',
    { loopOver: [aTask('a')], ...wait({ concurrency }) },
    [
      'inputParameters.concurrency must be a whole number of at least 1 or an expression for taskType: FOR_EACH taskName: n',
    ],
  ]),
  ['SUB_WORKFLOW', {}, [required('subWorkflowParam', 'SUB_WORKFLOW')]],
  ['SUB_WORKFLOW', { subWorkflowParam: { name: 'x' } }, []],
  ['JSON_JQ_TRANSFORM', {}, [required('inputParameters.queryExpression', 'JSON_JQ_TRANSFORM')]],
  ['JSON_JQ_TRANSFORM', wait({ queryExpression: '.' }), []],
  ['JSON_JQ_TRANSFORM', { taskDefinition: { inputTemplate: { queryExpression: '.' } } }, []],
  ['WAIT', {}, []],
  ['WAIT', wait({ duration: '2 days 3 hours' }), []],
  ['WAIT', wait({ until: '2026-01-01 10:00' }), []],
  ['WAIT', wait({ duration: '1s', until: '2026-01-01' }), [both]],
  ['WAIT', wait({ duration: '1s', until: ' ' }), []],
  ['WAIT', wait({ until: 'soon' }), ['Unable to parse date ']],
  ['WAIT', wait({ duration: 'PT1S' }), ['Either date or duration is passed as null ']],
  ['WAIT', wait({ duration: 'soon', until: 'soon' }), [both, 'Either date or duration is passed as null ']],
  ['WAIT', wait({ duration: '${workflow.input.d}' }), []],
  ['WAIT', wait({ until: '${workflow.input.d} 10:00' }), []],
  ['my_own_type', {}, []],
];

describe('rules of single task types', () => {
  it.each(TABLE)('%s with %j', (type, fields, expected) => {
    const task = aTask('r', { name: 'n', type, ...fields });
    expect(messages(task)).toEqual(expected);
    expect(messages(task)).toEqual(expected);
  });

  it.each([
    ['SWITCH', { evaluatorType: 'javascript', expression: 'if (', decisionCases: cases }],
    ['DECISION', { caseExpression: 'if (', decisionCases: cases }],
  ])('refuses a %s script that is not well formed', (type, fields) => {
    const found = messages(aTask('r', { name: 'n', type, ...fields }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^Expression is not well formatted: .+/);
    expect(found[0]!.endsWith(`, taskType: ${type} taskName n`)).toBe(true);
  });

  it('applies inside decision cases, default cases and branches, with the path to the fault', () => {
    const bad = (reference: string) => aTask(reference, { type: 'EVENT' });
    const input = aWorkflow([
      aTask('s', {
        type: 'SWITCH',
        evaluatorType: 'value-param',
        expression: 'x',
        decisionCases: { k: [bad('a')] },
        defaultCase: [bad('b')],
      }),
      aTask('f', { type: 'FORK_JOIN', forkTasks: [[], [aTask('x'), bad('c')]] }),
    ]);
    expect(violationsOf(parseWorkflowDef(input)).map(({ path }) => path)).toEqual([
      'tasks[0].decisionCases[k][0].sink',
      'tasks[0].defaultCase[0].sink',
      'tasks[1].forkTasks[1][1].sink',
    ]);
  });

  it('lets a registered task definition supply the required input', () => {
    const def = parseTaskDef({ name: 'n', inputTemplate: { http_request: {} } });
    const taskDef = (name: string) => (name === 'n' && def.ok ? def.value : undefined);
    const input = aWorkflow([aTask('n', { type: 'HTTP' })]);
    expect(parseWorkflowDef(input).ok).toBe(false);
    expect(parseWorkflowDef(input, { taskDef }).ok).toBe(true);
  });
});
