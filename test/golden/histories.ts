/** Small histories that between them take every command and leave every event of a workflow. Each is one run, or a family of them. */
import type { Flow } from '@dacapo/engine';

import { isTaskOpen } from '../../libs/engine/src/state.js';
import { Cluster } from '../../libs/engine/src/testing/cluster.js';
import {
  aWorkflow,
  doWhile,
  dynamic,
  exclusiveJoin,
  forEach,
  fork,
  forkOver,
  inline,
  join,
  setVariable,
  simple,
  subWorkflow,
  switchByScript,
  switchOn,
  task,
  terminate,
  tryCatch,
  wait,
  type WorkflowBuilder,
} from '../../libs/engine/src/testing/definitions.js';
import { Run } from '../../libs/engine/src/testing/run.js';
import {
  after,
  cacheSays,
  cancel,
  childEnds,
  childRefused,
  claim,
  complete,
  completeAll,
  evaluated,
  extendLease,
  fail,
  failureWorkflowRefused,
  fireTimer,
  fireTimerAfter,
  found,
  granted,
  jump,
  limitSays,
  log,
  parkPoll,
  pause,
  progress,
  remove,
  rerun,
  resetCallbacks,
  restart,
  resume,
  retry,
  retryChildren,
  setVariables,
  signal,
  skip,
  start,
  startByMessage,
  type Step,
  terminateWorkflow,
  theSameAgain,
} from '../../libs/engine/src/testing/steps.js';

/** The runs of one history, and the definitions that they know. */
export interface Told {
  readonly runs: readonly Run[];
  readonly flows: readonly Flow[];
}

function told(workflow: WorkflowBuilder, steps: readonly Step[], more: readonly Flow[] = []): Told {
  const flow = workflow.flow();
  const run = new Run(flow, { flows: more });
  for (const step of steps) step(run);
  return { runs: [run], flows: [flow, ...more] };
}

const worker = aWorkflow().withTask(simple('a'));
const two = aWorkflow().withTask(simple('a'), simple('b'));
const forked = aWorkflow().withTask(fork('f', [simple('a')], [simple('b', { optional: true })]), join('j', ['a', 'b']));
const rated = worker.with({
  rateLimitConfig: { rateLimitKey: '${workflow.input.user}', concurrentExecLimit: 1, policy: 'REJECT' },
});
const inSandbox = '[3, 1].sort()[0]';

/** Ends the whole story of two generations: a failed child is retried in place, opened by an operator, and left behind. */
function family(): Told {
  const child = aWorkflow('child').withTask(simple('w')).flow();
  const parent = aWorkflow('parent')
    .withTask(subWorkflow('s', { name: 'child' }))
    .flow();
  const cluster = new Cluster(
    new Map([
      ['parent', parent],
      ['child', child],
    ]),
  );
  const root = cluster.root;
  cluster.start('parent');
  cluster.settle(0);
  const inner = (): Run => cluster.runs.get(root.task('s').subWorkflowId ?? '') ?? root;
  const end = (type: 'FailTask' | 'CompleteTask'): void => {
    cluster.tell(inner().workflowId, type, { taskId: inner().idOf('w') });
    cluster.settle(0);
  };
  end('FailTask');
  cluster.tell(root.workflowId, 'RetryWorkflow', { resumeSubworkflowTasks: true });
  cluster.settle(0);
  end('FailTask');
  cluster.tell(inner().workflowId, 'RetryWorkflow', {});
  cluster.settle(0);
  end('CompleteTask');
  cluster.tell(root.workflowId, 'RestartWorkflow', {});
  cluster.settle(0);
  const { taskId, subWorkflowId: childWorkflowId = '' } = root.task('s');
  cluster.tell(root.workflowId, 'TerminateWorkflow', { reason: 'enough' });
  cluster.settle(0);
  const late = { taskId, childWorkflowId, run: 0, chain: 'child.1/x', operation: 'retried' } as const;
  cluster.tell(root.workflowId, 'RecordChildReopened', late);
  cluster.settle(0);
  return { runs: cluster.living, flows: [parent, child] };
}

/** Ends all that workers have to do, in waves. */
function finish(run: Run): readonly never[] {
  for (let wave = 0; wave < 50 && Object.values(run.live.tasks).some(({ status }) => isTaskOpen(status)); wave++) {
    completeAll(run);
  }
  return [];
}

export const histories: Readonly<Record<string, () => Told>> = {
  worker: () =>
    told(worker, [
      start({ x: 1 }, { correlationId: 'c', priority: 3, taskToDomain: { '*': 'blue' } }),
      claim('a'),
      log('a', 'half way'),
      progress('a', { output: { done: 0.5 }, callbackAfterSeconds: 30 }),
      fireTimerAfter(30),
      claim('a'),
      extendLease('a'),
      complete('a', { x: 2 }, { workerId: 'w1' }),
      theSameAgain,
    ]),
  'retries with back-off': () =>
    told(
      aWorkflow()
        .withTaskDef('a', { retryLogic: 'EXPONENTIAL_BACKOFF', retryDelaySeconds: 2, backoffJitterMs: 900 })
        .withTask(simple('a', { retryCount: 2 })),
      [start(), claim('a'), fail('a', 'no'), fireTimerAfter(10), fail('a', 'no'), fireTimerAfter(60), fail('a', 'no')],
    ),
  timeouts: () =>
    told(
      aWorkflow()
        .withTaskDef('a', { responseTimeoutSeconds: 5, timeoutSeconds: 60, timeoutPolicy: 'RETRY' })
        .withTaskDef('b', {
          timeoutSeconds: 60,
          responseTimeoutSeconds: 60,
          pollTimeoutSeconds: 20,
          timeoutPolicy: 'ALERT_ONLY',
        })
        .withTaskDef('c', { timeoutSeconds: 30, responseTimeoutSeconds: 30, timeoutPolicy: 'TIME_OUT_WF' })
        .withTask(simple('a', { retryCount: 1 }), simple('b'), simple('c')),
      [
        start(),
        claim('a'),
        fireTimerAfter(5),
        fireTimerAfter(120),
        complete('a'),
        fireTimerAfter(30),
        complete('b'),
        claim('c'),
        fireTimerAfter(40),
      ],
    ),
  'timeout of a workflow': () =>
    told(worker.with({ timeoutSeconds: 60, timeoutPolicy: 'TIME_OUT_WF' }), [
      start(),
      fireTimerAfter(60),
      retry,
      complete('a'),
    ]),
  'workers of Kafka': () =>
    told(aWorkflow().withTaskDef('a', { delivery: 'kafka' }).withTask(simple('a')), [
      start(),
      startByMessage('a'),
      complete('a'),
    ]),
  'limited task': () =>
    told(aWorkflow().withTaskDef('a', { concurrentExecLimit: 1 }).withTask(simple('a')), [
      start(),
      claim('a'),
      limitSays('OfferPermit', 'a'),
      claim('a'),
      granted('a'),
      complete('a'),
    ]),
  'limited workflow': () => told(rated, [start({ user: 'ada' }), granted(), complete('a')]),
  'refused workflow': () => told(rated, [start({ user: 'ada' }), limitSays('RefusePermit')]),
  'state changes': () =>
    told(
      aWorkflow().withTask(
        simple('a', { onStateChange: { onSuccess: [{ type: 'paid', payload: { it: '${a.output.x}' } }] } }),
      ),
      [start(), claim('a'), complete('a', { x: 1 })],
    ),
  'parked polls': () =>
    told(two, [parkPoll('a'), start(), complete('a', { x: 1 }), cancel('b', { reasonForIncompletion: 'not needed' })]),
  choices: () =>
    told(
      aWorkflow().withTask(
        switchOn('s', '${workflow.input.choice}', { x: [simple('a')] }, [simple('b')]),
        switchByScript('t', "$.v == 'x' ? 'x' : 'y'", { v: '${workflow.input.choice}' }, { x: [simple('c')], y: [] }),
        switchByScript('u', inSandbox, {}, { 1: [simple('d')] }),
        task('DECISION', 'v', {
          caseValueParam: 'value',
          inputParameters: { value: 'y' },
          decisionCases: { x: [simple('e')] },
          defaultCase: [simple('g')],
        }),
      ),
      [
        start({ choice: 'x' }),
        complete('a'),
        complete('c'),
        evaluated('u', { value: 1 }),
        complete('d'),
        complete('g'),
      ],
    ),
  'fork and join': () => told(forked, [start(), fail('b', 'never mind'), complete('a', { x: 1 })]),
  'exclusive join': () =>
    told(
      aWorkflow().withTask(switchOn('s', 'x', { x: [simple('a')], y: [simple('b')] }), exclusiveJoin('e', ['a', 'b'])),
      [start(), complete('a', { x: 1 })],
    ),
  'join with a script': () =>
    told(
      aWorkflow().withTask(
        fork('f', [simple('a')], [simple('b')]),
        join('j', ['a', 'b'], { evaluatorType: 'js', expression: 'ask($)' }),
      ),
      [
        start(),
        evaluated('j', { value: false }),
        complete('a'),
        evaluated('j', { value: { status: 'COMPLETED', outputData: { by: 'a' } } }),
        complete('b'),
      ],
    ),
  'dynamic fork': () =>
    told(aWorkflow().withTask(forkOver('f', [{ n: 1 }, { n: 2 }], { forkTaskName: 'called' }), join('j', [])), [
      start(),
      found('f', { called: { responseTimeoutSeconds: 60 } }),
      complete('_called_1', { n: 2 }),
      complete('_called_0', { n: 1 }),
    ]),
  dynamic: () =>
    told(aWorkflow().withTask(dynamic('d', '${workflow.input.name}')), [
      start({ name: 'called' }),
      found('d', { called: { inputTemplate: { more: true } } }),
      claim('d'),
      complete('d', { x: 1 }),
    ]),
  loops: () =>
    told(
      aWorkflow().withTask(
        doWhile('l', "$.l['iteration'] < 3", [simple('a')], { inputParameters: { keepLastN: 1 } }),
        doWhile('m', inSandbox, [simple('b')]),
      ),
      [
        start(),
        complete('a__1'),
        complete('a__2'),
        complete('a__3'),
        complete('b__1'),
        evaluated('m', { value: false }),
      ],
    ),
  'loop in a loop': () =>
    told(
      aWorkflow().withTask(
        forEach('l', '${workflow.input.list}', [doWhile('m', "$.m['iteration'] < 2", [simple('a')])], {
          inputParameters: { concurrency: 2 },
        }),
      ),
      [start({ list: ['x', 'y', 'z'] }), finish],
    ),
  'a decision that goes on': () =>
    told(
      aWorkflow().withTask(doWhile('l', "$.l['iteration'] < 60", [setVariable('v', { n: '${l.output.iteration}' })])),
      [start()],
    ),
  tries: () =>
    told(
      aWorkflow().withTask(
        tryCatch('t', {
          try: [fork('f', [simple('a')], [simple('b')]), join('j', ['a', 'b'])],
          catch: [simple('c')],
          finally: [simple('d')],
        }),
      ),
      [start(), fail('a', 'no'), fail('c', 'no'), complete('d'), retry, complete('c'), complete('d')],
    ),
  scripts: () =>
    told(
      aWorkflow().withTask(
        inline('i', '$.v + 1', { v: 1 }),
        inline('k', inSandbox, {}, { optional: true }),
        task('LAMBDA', 'l', { inputParameters: { scriptExpression: inSandbox } }),
      ),
      [start(), evaluated('k', { kind: 'fuel' }), evaluated('l', { value: 1 })],
    ),
  'tasks of the server': () =>
    told(
      aWorkflow().withTask(
        task('EVENT', 'e', { sink: 'conductor:x' }),
        task('HTTP', 'h', {
          inputParameters: { http_request: { uri: 'http://x', method: 'GET' } },
          asyncComplete: true,
        }),
        task('JSON_JQ_TRANSFORM', 'q', { inputParameters: { queryExpression: '.' } }),
        task('NOOP', 'n'),
      ),
      [
        start(),
        claim('h'),
        fireTimerAfter(60),
        claim('h'),
        progress('h', { output: { response: {} } }),
        complete('h'),
        claim('q'),
        complete('q', { result: 1 }),
      ],
    ),
  waits: () =>
    told(aWorkflow().withTask(wait('w', { duration: '20 seconds' }), wait('x'), task('HUMAN', 'h'), wait('y')), [
      start(),
      fireTimer,
      fireTimerAfter(20),
      signal('COMPLETED', { go: true }),
      complete('h'),
      signal('FAILED'),
    ]),
  'variables and an end of its own': () =>
    told(
      aWorkflow()
        .with({ variables: { v: 0 } })
        .withOutput({ v: '${workflow.variables.v}' })
        .withTask(setVariable('s', { v: 1 }), simple('a'), terminate('t', 'FAILED', { terminationReason: 'enough' })),
      [start(), setVariables({ w: 2 }), complete('a')],
    ),
  paused: () => told(forked, [start(), pause, pause, complete('a'), after(10), resume, complete('b')]),
  'retry of a workflow': () =>
    told(forked, [start(), fail('a', 'no', { terminal: true }), retry, retry, complete('a'), complete('b')]),
  'rerun and restart': () =>
    told(two.with({ version: 1 }), [
      start({ x: 1 }),
      complete('a'),
      complete('b'),
      rerun('b', { taskInput: { x: 2 } }),
      terminateWorkflow('again'),
      rerun(undefined, { input: { x: 3 }, correlationId: 'd' }),
      terminateWorkflow(),
      restart,
      complete('a'),
      complete('b'),
    ]),
  'restart with the latest definition': () => {
    const later = aWorkflow().with({ version: 2 }).withTask(simple('z')).flow();
    const renewed: Step = (run) => run.send('RestartWorkflow', { definition: later.digest, version: 2 });
    return told(worker, [start(), complete('a'), renewed, complete('z')], [later]);
  },
  'skip and jump': () =>
    told(aWorkflow().withTask(simple('a'), simple('b'), simple('c'), simple('d')), [
      start(),
      skip('b', { output: { o: 1 } }),
      complete('a'),
      jump('d', { by: 'jump' }),
      jump('a'),
      terminateWorkflow('enough', { triggerFailureWorkflow: true }),
      remove({ archive: true }),
    ]),
  'callbacks, and out of sight': () =>
    told(
      worker,
      [start(), progress('a', { callbackAfterSeconds: 600 }), resetCallbacks, remove(), complete('a')].slice(0, 4),
    ),
  'an output that is there, and one that is not': () =>
    told(
      aWorkflow().withTask(
        simple('a', { inputParameters: { n: 1 }, cacheConfig: { key: '${n}', ttlInSecond: 60 } }),
        simple('b', { inputParameters: { n: 2 }, cacheConfig: { key: '${n}', ttlInSecond: 60 } }),
      ),
      [start(), cacheSays('a', { x: 1 }), cacheSays('b'), claim('b'), complete('b', { x: 2 })],
    ),
  'failure workflow': () =>
    told(worker.with({ failureWorkflow: 'cleanup' }), [
      start(),
      fail('a', 'no'),
      failureWorkflowRefused('cleanup', 'unknown'),
    ]),
  'children, and none': () =>
    told(aWorkflow().withTask(subWorkflow('s', { name: 'child' }), subWorkflow('t', { name: 'nowhere' })), [
      start(),
      signal('COMPLETED'),
      childEnds('s', 'COMPLETED', { x: 1 }),
      childRefused('t', 'unknown'),
      retryChildren,
      terminateWorkflow('enough'),
    ]),
  family,
};
