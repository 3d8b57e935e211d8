/** What each operator costs: one caller, from the start to the task behind the operator, against a workflow without it. */
import { Caller, print, quantile, rounded, type Task, task, worker } from './kit.js';

const behind = worker('behind', 'bench_behind');
const script = (expression: string): Task => ({ evaluatorType: 'javascript', expression });

const operators: Readonly<Record<string, readonly Task[]>> = {
  nothing: [],
  NOOP: [task('NOOP', 'op')],
  SET_VARIABLE: [task('SET_VARIABLE', 'op', { inputParameters: { n: 1 } })],
  SWITCH: [
    task('SWITCH', 'op', {
      evaluatorType: 'value-param',
      expression: 'v',
      inputParameters: { v: 'x' },
      decisionCases: { x: [task('NOOP', 'inner')] },
    }),
  ],
  'SWITCH (script)': [
    task('SWITCH', 'op', {
      ...script("$.n > 1 ? 'x' : 'y'"),
      inputParameters: { n: 2 },
      decisionCases: { x: [task('NOOP', 'inner')] },
    }),
  ],
  DECISION: [
    task('DECISION', 'op', {
      caseValueParam: 'v',
      inputParameters: { v: 'x' },
      decisionCases: { x: [task('NOOP', 'inner')] },
    }),
  ],
  'FORK_JOIN + JOIN': [
    task('FORK_JOIN', 'op', { forkTasks: [[task('NOOP', 'a')], [task('NOOP', 'b')]] }),
    task('JOIN', 'join', { joinOn: ['a', 'b'] }),
  ],
  'FORK_JOIN_DYNAMIC + JOIN': [
    task('FORK_JOIN_DYNAMIC', 'op', {
      inputParameters: { forkTaskName: 'a', forkTaskType: 'NOOP', forkTaskInputs: [1, 2] },
    }),
    task('JOIN', 'join', { joinOn: [] }),
  ],
  'DO_WHILE (1 turn)': [
    task('DO_WHILE', 'op', { loopCondition: "$.op['iteration'] < 1", loopOver: [task('NOOP', 'a')] }),
  ],
  'FOR_EACH (2 items)': [
    task('FOR_EACH', 'op', { inputParameters: { _items: [1, 2] }, loopOver: [task('NOOP', 'a')] }),
  ],
  TRY: [task('TRY', 'op', { decisionCases: { try: [task('NOOP', 'a')] } })],
  INLINE: [task('INLINE', 'op', { inputParameters: { ...script('$.n + 1'), n: 1 } })],
  'INLINE (sandbox)': [task('INLINE', 'op', { inputParameters: { ...script('[$.n, 1].map((x) => x * 2)'), n: 1 } })],
  LAMBDA: [task('LAMBDA', 'op', { inputParameters: { scriptExpression: 'return $.n;', n: 1 } })],
  'EVENT (internal)': [task('EVENT', 'op', { sink: 'conductor' })],
  'WAIT (past)': [task('WAIT', 'op', { inputParameters: { until: '2020-01-01 00:00' } })],
  JSON_JQ_TRANSFORM: [task('JSON_JQ_TRANSFORM', 'op', { inputParameters: { queryExpression: '.n', n: 1 } })],
  SUB_WORKFLOW: [task('SUB_WORKFLOW', 'op', { subWorkflowParam: { name: 'bench_child', version: 1 } })],
  START_WORKFLOW: [
    task('START_WORKFLOW', 'op', { inputParameters: { startWorkflow: { name: 'bench_child', version: 1 } } }),
  ],
};

export async function measureOperators(base: URL, rounds: number): Promise<Readonly<Record<string, number>>> {
  const [starter, poller] = [await Caller.open(base), await Caller.open(base)];
  await starter.define('bench_child', [task('NOOP', 'n')]);
  const p50: Record<string, number> = {};
  for (const [name, tasks] of Object.entries(operators)) {
    const workflow = `bench_op_${name.replaceAll(/\W+/g, '_')}`;
    await starter.define(workflow, [...tasks, behind], ['bench_behind']);
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const polled = poller.poll('bench_behind');
      const begin = performance.now();
      await starter.start(workflow);
      const [found] = await polled;
      took.push(performance.now() - begin);
      if (found !== undefined) await poller.complete(found);
    }
    // The first ones warm up.
    p50[name] = rounded(quantile(took.slice(took.length >> 2), 0.5));
    const adds = rounded(p50[name] - (p50['nothing'] ?? 0));
    print(`${name.padEnd(26)} p50 ${p50[name].toFixed(2).padStart(6)} ms   adds ${adds.toFixed(2).padStart(6)} ms`);
  }
  starter.close();
  poller.close();
  return p50;
}
