import {
  LONG_MAX,
  REFERENCE_NAME_LENGTH_MAX,
  TASKS_MAX,
  TASK_DEPTH_MAX,
  VALUE_DEPTH_MAX,
  VIOLATIONS_MAX,
} from './limits.js';
import type { JsonMap } from './model.js';
import { parseTaskDef } from './parse-task-def.js';
import { parseWorkflowDef } from './parse-workflow-def.js';
import { aTask, aWorkflow, messages, parsed, refusals, violationsOf } from './testing/builders.js';

const workflow = (fields: JsonMap) => violationsOf(parseWorkflowDef(aWorkflow([aTask('a')], fields)));

function nested(depth: number): JsonMap {
  let task = aTask(`t${depth}`);
  for (let at = depth - 1; at > 0; at -= 1) {
    task = aTask(`t${at}`, { type: 'DO_WHILE', loopCondition: 'false', loopOver: [task] });
  }
  return task;
}

describe('parseWorkflowDef', () => {
  it('applies every default', () => {
    expect(parsed(aWorkflow([aTask('a')]))).toStrictEqual({
      name: 'wf',
      version: 1,
      tasks: [
        {
          name: 'a',
          taskReferenceName: 'a',
          inputParameters: {},
          type: 'SIMPLE',
          decisionCases: {},
          defaultCase: [],
          forkTasks: [],
          startDelay: 0,
          joinOn: [],
          optional: false,
          permissive: false,
          defaultExclusiveJoinTask: [],
          asyncComplete: false,
          loopOver: [],
          onStateChange: {},
          metadata: {},
        },
      ],
      inputParameters: [],
      outputParameters: {},
      schemaVersion: 2,
      restartable: true,
      workflowStatusListenerEnabled: false,
      timeoutPolicy: 'ALERT_ONLY',
      timeoutSeconds: 0,
      variables: {},
      inputTemplate: {},
      enforceSchema: true,
      maskedFields: [],
      metadata: {},
      createTime: 0,
      updateTime: 0,
    });
  });

  it('drops unknown properties and keeps known ones', () => {
    const def = parsed(aWorkflow([aTask('a', { colour: 'red', sink: 's' })], { owner: 1, failureWorkflow: 'f' }));
    expect(def).not.toHaveProperty('owner');
    expect(def.failureWorkflow).toBe('f');
    expect(def.tasks[0]).not.toHaveProperty('colour');
    expect(def.tasks[0]!.sink).toBe('s');
  });

  it('reads null as Conductor does: zero for primitives, absent for the rest', () => {
    const def = parsed(
      aWorkflow(
        [aTask('a', { optional: null, startDelay: null, joinOn: null, decisionCases: null, retryCount: null })],
        {
          version: null,
          restartable: null,
          timeoutSeconds: null,
          timeoutPolicy: null,
          description: null,
          variables: null,
          createTime: null,
        },
      ),
    );
    expect(def).toMatchObject({ version: 1, restartable: false, timeoutSeconds: 0, timeoutPolicy: 'ALERT_ONLY' });
    expect(def).toMatchObject({ variables: {}, createTime: 0 });
    expect(def).not.toHaveProperty('description');
    expect(def.tasks[0]).toMatchObject({ optional: false, startDelay: 0, joinOn: [], decisionCases: {} });
    expect(def.tasks[0]).not.toHaveProperty('retryCount');
  });

  it('takes workflowTaskType as another name of type', () => {
    expect(parsed(aWorkflow([aTask('a', { workflowTaskType: 'NOOP' })])).tasks[0]!.type).toBe('NOOP');
  });

  it('keeps an unknown type', () => {
    expect(parsed(aWorkflow([aTask('a', { type: 'my_type' })])).tasks[0]!.type).toBe('my_type');
  });

  it.each([null, undefined])('refuses %s', (input) => {
    const violations = [{ path: '', message: 'WorkflowDef cannot be null' }];
    expect(parseWorkflowDef(input)).toEqual({ ok: false, violations });
    expect(parseWorkflowDef(input)).toEqual({ ok: false, violations });
  });

  it.each([[[]], ['x'], [1], [true]])('refuses %j instead of an object', (input) => {
    expect(violationsOf(parseWorkflowDef(input))[0]).toMatchObject({ path: '', message: 'must be an object' });
  });

  it.each([
    [{ name: undefined }, 'name', 'WorkflowDef name cannot be null or empty'],
    [{ name: null }, 'name', 'WorkflowDef name cannot be null or empty'],
    [{ name: '' }, 'name', 'WorkflowDef name cannot be null or empty'],
    [{ name: 5 }, 'name', 'name must be a text'],
    [{ tasks: undefined }, 'tasks', 'WorkflowTask list cannot be empty'],
    [{ tasks: null }, 'tasks', 'WorkflowTask list cannot be empty'],
    [{ tasks: [] }, 'tasks', 'WorkflowTask list cannot be empty'],
    [{ tasks: {} }, 'tasks', 'must be a list'],
    [{ tasks: [1] }, 'tasks[0]', 'must be an object'],
    [{ schemaVersion: 1 }, 'schemaVersion', 'workflowDef schemaVersion: 2 is only supported'],
    [{ schemaVersion: 3 }, 'schemaVersion', 'workflowDef schemaVersion: 2 is only supported'],
    [{ schemaVersion: null }, 'schemaVersion', 'workflowDef schemaVersion: 2 is only supported'],
    [{ version: 0 }, 'version', 'must be greater than or equal to 1'],
    [{ version: -1 }, 'version', 'must be greater than or equal to 1'],
    [{ version: 1.5 }, 'version', 'version must be a whole number from -2147483648 to 2147483647'],
    [{ version: '1' }, 'version', 'version must be a whole number from -2147483648 to 2147483647'],
    [{ version: 2 ** 31 }, 'version', 'version must be a whole number from -2147483648 to 2147483647'],
    [{ version: 2 ** 53 }, 'version', 'version must be a whole number from -2147483648 to 2147483647'],
    [{ timeoutSeconds: -1 }, 'timeoutSeconds', 'must be greater than or equal to 0'],
    [
      { timeoutSeconds: 2 ** 53 },
      'timeoutSeconds',
      `timeoutSeconds must be a whole number from -${LONG_MAX} to ${LONG_MAX}`,
    ],
    [{ timeoutPolicy: 'RETRY' }, 'timeoutPolicy', 'timeoutPolicy must be one of TIME_OUT_WF, ALERT_ONLY'],
    [{ restartable: 'yes' }, 'restartable', 'restartable must be true or false'],
    [{ variables: [] }, 'variables', 'variables must be an object'],
    [{ inputParameters: ['a', 1] }, 'inputParameters[1]', 'inputParameters must contain only texts'],
    [{ variables: JSON.parse('{"a":{"__proto__":1}}') }, 'variables', 'variables must not contain the key __proto__'],
    [{ variables: { a: Infinity } }, 'variables', 'variables contains a number that is too large'],
    [{ inputSchema: { type: 'JSON' } }, 'inputSchema.name', 'SchemaDef name cannot be null or empty'],
    [{ inputSchema: { name: 's' } }, 'inputSchema.type', 'SchemaDef type cannot be null'],
    [{ inputSchema: { name: 's', type: 'XML' } }, 'inputSchema.type', 'type must be one of JSON, AVRO, PROTOBUF'],
    [{ rateLimitConfig: { policy: 'X' } }, 'rateLimitConfig.policy', 'policy must be one of QUEUE, REJECT'],
    [{ cacheConfig: { ttlInSecond: -1 } }, 'cacheConfig.ttlInSecond', 'must be greater than or equal to 0'],
  ])('refuses %j at %s', (fields, path, message) => {
    expect(workflow(fields)).toContainEqual(expect.objectContaining({ path, message }));
    expect(workflow(fields)).toHaveLength(1);
  });

  it('gives the refused value when it is a scalar', () => {
    expect(workflow({ version: '7' })[0]!.invalidValue).toBe('7');
    expect(workflow({ variables: [] })[0]).not.toHaveProperty('invalidValue');
  });

  it.each([2 ** 31 - 1, 1])('takes version %d', (version) => {
    expect(workflow({ version })).toEqual([]);
  });

  it('takes the largest long', () => {
    expect(workflow({ timeoutSeconds: LONG_MAX })).toEqual([]);
  });

  it('asks for an owner only when told to', () => {
    const input = aWorkflow([aTask('a')]);
    expect(parseWorkflowDef(input).ok).toBe(true);
    expect(violationsOf(parseWorkflowDef(input, { ownerEmailMandatory: true }))).toEqual([
      { path: 'ownerEmail', message: 'ownerEmail cannot be empty' },
    ]);
    expect(parseWorkflowDef({ ...input, ownerEmail: 'a@b.c' }, { ownerEmailMandatory: true }).ok).toBe(true);
  });

  it('checks the characters of the name only when told to', () => {
    const input = aWorkflow([aTask('a')], { name: 'a/b' });
    expect(parseWorkflowDef(input).ok).toBe(true);
    expect(violationsOf(parseWorkflowDef(input, { validateName: true }))).toEqual([
      {
        path: 'name',
        message:
          "Invalid name 'a/b'. Allowed characters are alphanumeric, underscores, spaces, hyphens, and special characters like <, >, {, }, #",
        invalidValue: 'a/b',
      },
    ]);
    expect(parseWorkflowDef({ ...input, name: 'My wf-1 <{#}>_' }, { validateName: true }).ok).toBe(true);
  });

  it.each([
    [{ name: '' }, 'name', 'WorkflowTask name cannot be empty or null'],
    [{ name: null }, 'name', 'WorkflowTask name cannot be empty or null'],
    [{ taskReferenceName: '' }, 'taskReferenceName', 'WorkflowTask taskReferenceName name cannot be empty or null'],
    [{ taskReferenceName: null }, 'taskReferenceName', 'WorkflowTask taskReferenceName name cannot be empty or null'],
    [{ startDelay: -1 }, 'startDelay', 'must be greater than or equal to 0'],
    [{ retryCount: -1 }, 'retryCount', 'must be greater than or equal to 0'],
    [{ joinMode: 'X' }, 'joinMode', 'joinMode must be one of SYNC, ASYNC'],
    [{ inputParameters: 'x' }, 'inputParameters', 'inputParameters must be an object'],
    [{ forkTasks: [[{}], 7] }, 'forkTasks[1]', 'must be a list'],
    [
      { forkTasks: [[], [aTask('b'), { taskReferenceName: 'c' }]] },
      'forkTasks[1][1].name',
      'WorkflowTask name cannot be empty or null',
    ],
    [
      { decisionCases: { x: [{ name: 'n' }] } },
      'decisionCases[x][0].taskReferenceName',
      'WorkflowTask taskReferenceName name cannot be empty or null',
    ],
    [
      { loopOver: [{ name: 'n' }] },
      'loopOver[0].taskReferenceName',
      'WorkflowTask taskReferenceName name cannot be empty or null',
    ],
    [
      { onStateChange: { onFAILED: [{}] } },
      'onStateChange[onFAILED][0].type',
      'StateChangeEvent type cannot be null or empty',
    ],
    [{ taskDefinition: { retryCount: -1 } }, 'taskDefinition.retryCount', 'TaskDef retryCount: 0 must be >= 0'],
    [{ cacheConfig: { ttlInSecond: 1 } }, 'cacheConfig.key', 'CacheConfig key cannot be null or empty'],
    [{ cacheConfig: { key: '', ttlInSecond: 1 } }, 'cacheConfig.key', 'CacheConfig key cannot be null or empty'],
    [
      { cacheConfig: { key: 'k'.repeat(1_001), ttlInSecond: 1 } },
      'cacheConfig.key',
      'key must not be longer than 1000 characters',
    ],
    [{ cacheConfig: { key: '${a[}', ttlInSecond: 1 } }, 'cacheConfig.key', 'key: a[ is not valid'],
    [
      { cacheConfig: { key: '${workflow.input.city}', ttlInSecond: 1 } },
      'cacheConfig.key',
      "key: ${workflow.input.city} is not in the task's input; give the value to the task in inputParameters and name it here",
    ],
  ])('refuses a task with %j at %s', (fields, field, message) => {
    expect(refusals(aTask('a', fields))).toContainEqual(
      expect.objectContaining({ path: `tasks[0].${field}`, message }),
    );
  });

  it.each([{}, { key: '${workflow.input.city}' }, { key: '', ttlInSecond: 0 }])(
    'takes a cacheConfig without a time, which asks for nothing: %j',
    (cacheConfig) => expect(refusals(aTask('a', { cacheConfig }))).toEqual([]),
  );

  it('names an embedded task definition after its task, and lets a response time-out of 0 pass', () => {
    const def = parsed(aWorkflow([aTask('a', { taskDefinition: { responseTimeoutSeconds: 0, timeoutSeconds: 60 } })]));
    expect(def.tasks[0]!.taskDefinition).toMatchObject({ name: 'a', responseTimeoutSeconds: 0, retryCount: 3 });
  });

  it('keeps the order of decision cases and survives awkward keys', () => {
    const cases = JSON.parse('{"z":[],"constructor":[],"a":[],"toString":[]}') as JsonMap;
    const switchTask = aTask('s', {
      type: 'SWITCH',
      evaluatorType: 'value-param',
      expression: 'x',
      decisionCases: cases,
    });
    const [task] = parsed(aWorkflow([switchTask])).tasks;
    expect(Object.keys(task!.decisionCases)).toEqual(['z', 'constructor', 'a', 'toString']);
  });

  it('refuses __proto__ as a decision case', () => {
    const cases = JSON.parse('{"__proto__":[],"a":[]}') as JsonMap;
    expect(messages(aTask('s', { decisionCases: cases })).join()).toContain('__proto__');
  });
});

describe('bounds', () => {
  it.each([
    [REFERENCE_NAME_LENGTH_MAX - 1, 0],
    [REFERENCE_NAME_LENGTH_MAX, 0],
    [REFERENCE_NAME_LENGTH_MAX + 1, 1],
  ])('a reference name of %d characters has %d violations', (length, count) => {
    expect(refusals(aTask('n', { taskReferenceName: 'r'.repeat(length) }))).toHaveLength(count);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'workflow'])('refuses the reference name %s', (reference) => {
    expect(refusals(aTask(reference))).toEqual([
      {
        path: 'tasks[0].taskReferenceName',
        message: `taskReferenceName: ${reference} is reserved, choose another name`,
        invalidValue: reference,
      },
    ]);
  });

  it.each([
    [TASK_DEPTH_MAX - 1, 0],
    [TASK_DEPTH_MAX, 0],
    [TASK_DEPTH_MAX + 1, 1],
    [5_000, 1],
  ])('tasks nested %d deep have %d violations', (depth, count) => {
    expect(refusals(nested(depth))).toHaveLength(count);
  });

  it.each([
    [VALUE_DEPTH_MAX - 1, 0],
    [VALUE_DEPTH_MAX, 0],
    [VALUE_DEPTH_MAX + 1, 1],
    [100_000, 1],
  ])('a value nested %d deep has %d violations', (depth, count) => {
    let value: unknown = 1;
    for (let at = 0; at < depth; at += 1) value = { a: value };
    expect(refusals(aTask('a', { inputParameters: value }))).toHaveLength(count);
  });

  it.each([
    [TASKS_MAX - 1, 0],
    [TASKS_MAX, 0],
    [TASKS_MAX + 1, 1],
    [TASKS_MAX + 50, 1],
  ])('%d tasks have %d violations', (size, count) => {
    expect(refusals(...Array.from({ length: size }, (_, index) => aTask(`t${index}`)))).toHaveLength(count);
  });

  it.each([
    [VIOLATIONS_MAX - 1, VIOLATIONS_MAX - 1],
    [VIOLATIONS_MAX, VIOLATIONS_MAX],
    [VIOLATIONS_MAX + 1, VIOLATIONS_MAX],
  ])('of %d faults %d are reported', (faults, count) => {
    expect(refusals(...Array.from({ length: faults }, () => 7))).toHaveLength(count);
  });

  it('cuts long messages and values', () => {
    const [violation] = workflow({ timeoutPolicy: 'x'.repeat(10_000) });
    expect(violation!.invalidValue!.length).toBeLessThan(300);
    const long = aTask('a', { taskReferenceName: 'x'.repeat(5_000) });
    for (const { message } of refusals(long, long)) expect(message.length).toBeLessThan(1_100);
  });

  it.each([
    ['a SWITCH with 10,000 cases', wideSwitch(10_000)],
    ['a FORK with 5,000 branches and its JOIN', wideFork(5_000)],
  ])('reads %s in linear time', (_name, tasks) => {
    const start = performance.now();
    expect(refusals(...tasks)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

function wideSwitch(size: number): JsonMap[] {
  const cases = Object.fromEntries(Array.from({ length: size }, (_, index) => [`c${index}`, [aTask(`t${index}`)]]));
  return [aTask('s', { type: 'SWITCH', evaluatorType: 'value-param', expression: 'x', decisionCases: cases })];
}

function wideFork(size: number): JsonMap[] {
  const names = Array.from({ length: size }, (_, index) => `t${index}`);
  return [
    aTask('f', { type: 'FORK_JOIN', forkTasks: names.map((name) => [aTask(name)]) }),
    aTask('j', { type: 'JOIN', joinOn: names }),
  ];
}

describe('sub-workflow parameters', () => {
  const sub = (subWorkflowParam: unknown) => aTask('s', { type: 'SUB_WORKFLOW', subWorkflowParam });

  it.each([
    [
      { workflowDefinition: 'text' },
      'workflowDefinition',
      'workflowDefinition is a string, but not a valid DSL string',
    ],
    [
      { workflowDefinition: 7 },
      'workflowDefinition',
      'workflowDefinition must be either null, or WorkflowDef, or a valid DSL string',
    ],
    [
      { workflowDefinition: [] },
      'workflowDefinition',
      'workflowDefinition must be either null, or WorkflowDef, or a valid DSL string',
    ],
    [{ workflowDefinition: {} }, 'workflowDefinition.name', 'WorkflowDef name cannot be null or empty'],
    [
      { workflowDefinition: aWorkflow([aTask('a'), aTask('a')]) },
      'workflowDefinition.tasks[1].taskReferenceName',
      'taskReferenceName: a should be unique across tasks for a given workflowDefinition: wf',
    ],
    [{ name: 'x', version: 1.5 }, 'version', 'version must be a whole number from -2147483648 to 2147483647'],
    [{ name: 'x', priority: {} }, 'priority', 'priority must be a whole number or an expression'],
    [{ name: 'x', taskToDomain: { a: 1 } }, 'taskToDomain[a]', 'taskToDomain must contain only texts'],
    [
      { name: 'x', idempotencyStrategy: 'X' },
      'idempotencyStrategy',
      'idempotencyStrategy must be one of FAIL, RETURN_EXISTING, FAIL_ON_RUNNING',
    ],
  ])('refuses %j', (params, field, message) => {
    expect(refusals(sub(params))).toEqual([
      expect.objectContaining({ path: `tasks[0].subWorkflowParam.${field}`, message }),
    ]);
  });

  it('takes name and version from an inline definition', () => {
    const inline = aWorkflow([aTask('s')], { name: 'child', version: 4 });
    const [task] = parsed(aWorkflow([sub({ name: 'x', version: 1, workflowDefinition: inline })])).tasks;
    expect(task!.subWorkflowParam).toMatchObject({ name: 'child', version: 4 });
  });

  it('keeps expressions', () => {
    const params = { name: '${workflow.input.n}', version: '${workflow.input.v}', priority: '${workflow.input.p}' };
    const [task] = parsed(aWorkflow([sub({ ...params, workflowDefinition: '${workflow.input.d}' })])).tasks;
    expect(task!.subWorkflowParam).toEqual({ ...params, workflowDefinition: '${workflow.input.d}' });
  });

  it('leaves expressions and type rules of an inline definition to the child', () => {
    const inline = aWorkflow([aTask('e', { type: 'EVENT', inputParameters: { x: '${elsewhere.output}' } })]);
    expect(refusals(sub({ workflowDefinition: inline }))).toEqual([]);
  });
});

describe('parseTaskDef', () => {
  const task = (fields: JsonMap) => violationsOf(parseTaskDef({ name: 't', ...fields }));

  it('applies every default', () => {
    expect(parseTaskDef({ name: 't' })).toStrictEqual({
      ok: true,
      value: {
        name: 't',
        retryCount: 3,
        timeoutSeconds: 0,
        timeoutPolicy: 'TIME_OUT_WF',
        retryLogic: 'FIXED',
        retryDelaySeconds: 60,
        maxRetryDelaySeconds: 0,
        backoffScaleFactor: 1,
        backoffJitterMs: 0,
        responseTimeoutSeconds: 3600,
        totalTimeoutSeconds: 0,
        inputKeys: [],
        outputKeys: [],
        inputTemplate: {},
        rateLimitPerFrequency: 0,
        rateLimitFrequencyInSeconds: 1,
        taskStatusListenerEnabled: true,
        enforceSchema: false,
        runtimeMetadata: [],
        createTime: 0,
        updateTime: 0,
      },
    });
  });

  it.each([
    [{ name: '' }, 'name', 'TaskDef name cannot be null or empty'],
    [{ name: null }, 'name', 'TaskDef name cannot be null or empty'],
    [{ retryCount: -1 }, 'retryCount', 'TaskDef retryCount: 0 must be >= 0'],
    [{ maxRetryDelaySeconds: -1 }, 'maxRetryDelaySeconds', 'TaskDef maxRetryDelaySeconds: 0 must be >= 0'],
    [{ backoffScaleFactor: 0 }, 'backoffScaleFactor', 'Backoff scale factor. Applicable for LINEAR_BACKOFF'],
    [{ backoffJitterMs: -1 }, 'backoffJitterMs', 'TaskDef backoffJitterMs: 0 must be >= 0'],
    [
      { responseTimeoutSeconds: 0 },
      'responseTimeoutSeconds',
      'TaskDef responseTimeoutSeconds: 0 should be minimum 1 second',
    ],
    [
      { responseTimeoutSeconds: null },
      'responseTimeoutSeconds',
      'TaskDef responseTimeoutSeconds: 0 should be minimum 1 second',
    ],
    [{ totalTimeoutSeconds: -1 }, 'totalTimeoutSeconds', 'TaskDef totalTimeoutSeconds: 0 must be >= 0'],
    [{ pollTimeoutSeconds: -1 }, 'pollTimeoutSeconds', 'TaskDef pollTimeoutSeconds: 0 must be >= 0'],
    [{ timeoutSeconds: -1 }, 'timeoutSeconds', 'must be greater than or equal to 0'],
    [{ retryDelaySeconds: -1 }, 'retryDelaySeconds', 'must be greater than or equal to 0'],
    [{ concurrentExecLimit: -1 }, 'concurrentExecLimit', 'must be greater than or equal to 0'],
    [{ retryLogic: 'X' }, 'retryLogic', 'retryLogic must be one of FIXED, EXPONENTIAL_BACKOFF, LINEAR_BACKOFF'],
    [{ timeoutPolicy: 'X' }, 'timeoutPolicy', 'timeoutPolicy must be one of RETRY, TIME_OUT_WF, ALERT_ONLY'],
    [{ delivery: 'X' }, 'delivery', 'delivery must be one of poll, kafka'],
    [
      { timeoutSeconds: 60 },
      'responseTimeoutSeconds',
      'TaskDef: t responseTimeoutSeconds: 3600 must be less than timeoutSeconds: 60',
    ],
    [
      { timeoutSeconds: 7200, totalTimeoutSeconds: 60 },
      'timeoutSeconds',
      'TaskDef: t timeoutSeconds: 7200 must be less than or equal to totalTimeoutSeconds: 60',
    ],
  ])('refuses %j', (fields, path, message) => {
    expect(task(fields)).toEqual([expect.objectContaining({ path, message })]);
    expect(task(fields)).toEqual([expect.objectContaining({ path, message })]);
  });

  it('reports every fault, not only the first', () => {
    expect(task({ name: '', retryCount: -1, timeoutPolicy: 'X' }).map(({ path }) => path)).toEqual([
      'name',
      'retryCount',
      'timeoutPolicy',
    ]);
  });

  it('reads null rates as their getters do, and null primitives as zero', () => {
    const rates = { rateLimitPerFrequency: null, rateLimitFrequencyInSeconds: null, concurrentExecLimit: null };
    const result = parseTaskDef({ name: 't', ...rates, retryCount: null, delivery: 'kafka' });
    expect(result).toMatchObject({
      value: { rateLimitPerFrequency: 0, rateLimitFrequencyInSeconds: 1, retryCount: 0, delivery: 'kafka' },
    });
  });

  it.each([null, undefined])('refuses %s', (input) => {
    expect(violationsOf(parseTaskDef(input))).toEqual([{ path: '', message: 'TaskDef cannot be null' }]);
  });

  it('asks for an owner only when told to', () => {
    expect(violationsOf(parseTaskDef({ name: 't' }, { ownerEmailMandatory: true }))).toEqual([
      { path: 'ownerEmail', message: 'ownerEmail cannot be empty' },
    ]);
  });
});
