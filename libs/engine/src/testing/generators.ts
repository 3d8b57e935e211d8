/** Valid definitions with all operators, nested up to five deep, and what workers, operators and time may do to them. */
import fc from 'fast-check';

import {
  aRegisteredTaskDef,
  aWorkflow,
  dynamic,
  dynamicFork,
  exclusiveJoin,
  doWhile,
  type Fields,
  forEach,
  fork,
  forkOver,
  join,
  setVariable,
  simple,
  switchByScript,
  switchOn,
  task,
  type WorkflowBuilder,
} from './definitions.js';

/** A piece of a definition that has no reference names yet. It becomes one task, or a FORK_JOIN and its JOIN. */
type Piece =
  | { readonly kind: 'simple'; readonly def: string; readonly fields: Fields }
  | {
      readonly kind: 'switch';
      readonly script: boolean;
      readonly value: unknown;
      readonly cases: readonly (readonly Piece[])[];
    }
  | {
      readonly kind: 'fork';
      readonly branches: readonly (readonly Piece[])[];
      readonly joinAll: boolean;
      readonly optional: boolean;
    }
  | {
      readonly kind: 'loop';
      readonly body: readonly Piece[];
      readonly turns: number;
      readonly items: number | undefined;
      readonly keepLastN: number | undefined;
      readonly sandbox: boolean;
      readonly fields: Fields;
    }
  | {
      readonly kind: 'each';
      readonly body: readonly Piece[];
      readonly items: number;
      readonly concurrency: number;
      readonly fields: Fields;
    }
  | {
      readonly kind: 'try';
      readonly body: readonly Piece[];
      readonly caught: readonly Piece[] | undefined;
      readonly last: readonly Piece[];
      readonly fields: Fields;
    }
  | {
      readonly kind: 'decision';
      readonly value: unknown;
      readonly first: readonly Piece[];
      readonly otherwise: readonly Piece[];
    }
  | { readonly kind: 'typed'; readonly type: string; readonly name: string; readonly fields: Fields }
  | { readonly kind: 'set'; readonly value: unknown }
  | { readonly kind: 'wait'; readonly input: Fields; readonly fields: Fields }
  | { readonly kind: 'child'; readonly fields: Fields }
  | { readonly kind: 'terminate'; readonly status: string }
  | { readonly kind: 'dynamic'; readonly name: unknown; readonly fields: Fields }
  | {
      readonly kind: 'dynamic fork';
      readonly style: 'A' | 'B' | 'C';
      readonly branches: readonly Piece[];
      readonly optional: boolean;
    }
  | { readonly kind: 'exclusive'; readonly cases: readonly (readonly Piece[])[]; readonly value: unknown }
  | { readonly kind: 'scripted join'; readonly branches: readonly (readonly Piece[])[]; readonly condition: Fields };

const flaws = fc.record(
  {
    optional: fc.boolean(),
    permissive: fc.boolean(),
    retryCount: fc.integer({ min: 0, max: 2 }),
    startDelay: fc.constantFrom(0, 0, 7),
  },
  { requiredKeys: ['retryCount'] },
);
const depthMax = 5;
const taskDefs = ['plain', 'strict', 'patient', 'total', 'alert', 'kafka'] as const;
const value = fc.constantFrom<unknown>('x', 'y', 'other', 5, '${workflow.variables.v}', '${workflow.input.choice}');

/** Names of workers' tasks, registered or not, and of the server's. */
const dynamicName = fc.constantFrom<unknown>('plain', 'strict', 'total', 'kafka', 'nobody', 'WAIT', 7);
const odd = fc.constantFrom<Fields>({}, {}, { optional: true }, { permissive: true }, { retryCount: 1 });

/** Tasks of the engine and of the server, with every way that they may go. */
const typed: fc.Arbitrary<Piece> = fc
  .record({
    what: fc.constantFrom<readonly [type: string, fields: Fields]>(
      ['NOOP', {}],
      ['HUMAN', {}],
      ['INLINE', { inputParameters: { evaluatorType: 'javascript', expression: '$.v', v: '${workflow.variables.v}' } }],
      ['INLINE', { inputParameters: { evaluatorType: 'javascript', expression: '[3, 1].sort()[0]' } }],
      ['INLINE', { inputParameters: { evaluatorType: 'cobol', expression: '1' } }],
      ['LAMBDA', { inputParameters: { scriptExpression: 'return [$.a].map(x => x)', a: 1 } }],
      ['EVENT', { sink: 'conductor' }],
      ['EVENT', { sink: 'conductor:x', asyncComplete: true }],
      ['EVENT', { sink: 'conductor-x' }],
      ['EVENT', { sink: 'kafka:orders' }],
      ['HTTP', { inputParameters: { uri: 'http://x' } }],
      ['HTTP', { inputParameters: { uri: 'http://x' }, asyncComplete: true, startDelay: 3 }],
      ['HTTP_POLL', { inputParameters: { uri: 'http://x' } }],
      ['JSON_JQ_TRANSFORM', { inputParameters: { queryExpression: '.' } }],
      ['KAFKA_PUBLISH', { inputParameters: { kafka_request: {} } }],
      ['START_WORKFLOW', { inputParameters: { startWorkflow: { name: 'x' } } }],
    ),
    name: fc.constantFrom('unregistered', ...taskDefs),
    fields: odd,
  })
  .map(({ what: [type, fields], name, fields: more }) => ({
    kind: 'typed' as const,
    type,
    name,
    fields: { ...fields, ...more },
  }));

const leaf: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 5, arbitrary: typed },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('simple' as const), def: fc.constantFrom(...taskDefs), fields: flaws }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      input: fc.constantFrom<Fields>(
        {},
        { duration: '20 seconds' },
        { until: '2020-01-01' },
        { duration: '${workflow.input.bad}' },
      ),
      fields: fc.constantFrom<Fields>({}, {}, { optional: true }, { permissive: true }, { retryCount: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('child' as const),
      fields: fc.constantFrom<Fields>({}, { optional: true }, { permissive: true }, { retryCount: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('dynamic' as const), name: dynamicName, fields: flaws }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('terminate' as const),
      status: fc.constantFrom('COMPLETED', 'FAILED', 'TERMINATED'),
    }),
  },
);

function tryOf(inner: fc.Arbitrary<readonly Piece[]>): fc.Arbitrary<Piece> {
  return fc.record({
    kind: fc.constant('try' as const),
    body: inner,
    caught: fc.oneof(inner, fc.constant([]), fc.constant(undefined)),
    last: fc.oneof(inner, inner, fc.constant([])),
    fields: odd,
  });
}

/** TRY in TRY and beside TRY, around a worker's task, a WAIT, a child. */
function tries(depth: number): fc.Arbitrary<readonly Piece[]> {
  const few = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('simple' as const), def: fc.constantFrom('plain', 'strict'), fields: flaws }),
      fc.record({ kind: fc.constant('child' as const), fields: odd }),
    ),
    { minLength: 1, maxLength: 2 },
  );
  if (depth <= 1) return few;
  const inner = tries(depth - 1);
  const forked = fc.record({
    kind: fc.constant('fork' as const),
    branches: fc.array(inner, { minLength: 2, maxLength: 2 }),
    joinAll: fc.boolean(),
    optional: fc.boolean(),
  });
  return fc.oneof(
    few,
    fc.array(fc.oneof({ weight: 3, arbitrary: tryOf(inner) }, forked), { minLength: 1, maxLength: 2 }),
  );
}

function piece(depth: number): fc.Arbitrary<Piece> {
  if (depth <= 1) return leaf;
  const inner = list(depth - 1);
  return fc.oneof(
    { weight: 6, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('switch' as const),
        script: fc.boolean(),
        value,
        cases: fc.array(fc.oneof(inner, fc.constant([])), { minLength: 2, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: tryOf(inner),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('decision' as const),
        value,
        first: fc.oneof(inner, fc.constant([])),
        otherwise: inner,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('fork' as const),
        branches: fc.array(inner, { minLength: 1, maxLength: 2 }),
        joinAll: fc.boolean(),
        optional: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('dynamic fork' as const),
        style: fc.constantFrom('A', 'A', 'B', 'C'),
        branches: fc.array(piece(depth - 1), { maxLength: 3 }),
        optional: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('exclusive' as const),
        value,
        cases: fc.array(inner, { minLength: 2, maxLength: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('scripted join' as const),
        branches: fc.array(inner, { minLength: 2, maxLength: 2 }),
        condition: fc.constantFrom<Fields>(
          { joinStatus: 'COMPLETED,COMPLETED_WITH_ERRORS,FAILED' },
          { joinStatus: "$.joinOn.length == 2 && ($[$.joinOn[0]] || {}).status == 'COMPLETED'" },
          { evaluatorType: 'js', expression: 'askTheSandbox($)' },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('loop' as const),
        body: inner,
        turns: fc.integer({ min: 1, max: 3 }),
        items: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
        keepLastN: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
        sandbox: fc.boolean(),
        fields: loopFields,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('each' as const),
        body: inner,
        items: fc.nat(3),
        concurrency: fc.integer({ min: 1, max: 3 }),
        fields: loopFields,
      }),
    },
  );
}

const loopFields = fc.constantFrom<Fields>(
  {},
  {},
  { name: 'strict' },
  { optional: true },
  { optional: true, name: 'strict' },
  { permissive: true },
);
const list3 = (count: number): readonly string[] => ['x', 'y', 'other'].slice(0, count);

/** Long at the top and short inside: five levels of long lists would be hundreds of tasks. */
function list(depth: number): fc.Arbitrary<readonly Piece[]> {
  return fc.array(piece(depth), { minLength: 1, maxLength: depth === depthMax ? 3 : 2 });
}

/** Gives the pieces reference names, in the order of the definition. */
class Renderer {
  private count = 0;

  list(pieces: readonly Piece[]): readonly Fields[] {
    return pieces.flatMap((piece) => this.piece(piece));
  }

  private piece(piece: Piece): readonly Fields[] {
    const reference = `r${this.count++}`;
    switch (piece.kind) {
      case 'simple':
        return [simple(reference, { name: piece.def, ...piece.fields })];
      case 'set':
        return [setVariable(reference, { v: piece.value })];
      case 'wait':
        return [task('WAIT', reference, { inputParameters: piece.input, ...piece.fields })];
      case 'child':
        return [task('SUB_WORKFLOW', reference, { subWorkflowParam: { name: 'child' }, ...piece.fields })];
      case 'terminate':
        return [
          task('TERMINATE', reference, {
            inputParameters: { terminationStatus: piece.status, workflowOutput: { by: reference } },
          }),
        ];
      case 'typed':
        return [task(piece.type, reference, { name: piece.name, ...piece.fields })];
      case 'try': {
        const [body, caught, last] = [piece.body, piece.caught ?? [], piece.last].map((inner) => this.list(inner));
        const lists = { try: body ?? [], ...(piece.caught === undefined ? {} : { catch: caught }), finally: last };
        return [task('TRY', reference, { decisionCases: lists, ...piece.fields })];
      }
      case 'decision': {
        const inputParameters = { value: piece.value };
        const decisionCases = { x: this.list(piece.first) };
        const defaultCase = this.list(piece.otherwise);
        const caseValueParam = 'value';
        return [task('DECISION', reference, { caseValueParam, inputParameters, decisionCases, defaultCase })];
      }
      case 'switch': {
        const [first = [], second = [], otherwise = []] = piece.cases.map((inner) => this.list(inner));
        const cases = { x: first, y: second };
        return piece.script
          ? [switchByScript(reference, "$.value == 'x' ? 'x' : 'y'", { value: piece.value }, cases)]
          : [switchOn(reference, piece.value, cases, otherwise)];
      }
      case 'fork': {
        const branches = piece.branches.map((inner) => this.list(inner));
        const lasts = branches.map((branch) => String(branch.at(-1)?.['taskReferenceName']));
        const joinOn = piece.joinAll ? lasts : lasts.slice(1);
        return [fork(reference, ...branches), join(`${reference}j`, joinOn, piece.optional ? { optional: true } : {})];
      }
      case 'dynamic':
        return [dynamic(reference, piece.name, piece.fields)];
      case 'dynamic fork':
        return [this.dynamicFork(reference, piece), join(`${reference}j`, [])];
      case 'exclusive': {
        const [first = [], second = []] = piece.cases.map((inner) => this.list(inner));
        const lasts = [first, second].map((branch) => String(branch.at(-1)?.['taskReferenceName']));
        return [
          setVariable(reference, { v: piece.value }),
          switchOn(`${reference}s`, piece.value, { x: first, y: second }),
          exclusiveJoin(`${reference}e`, lasts, [reference]),
        ];
      }
      case 'scripted join': {
        const branches = piece.branches.map((inner) => this.list(inner));
        const lasts = branches.map((branch) => String(branch.at(-1)?.['taskReferenceName']));
        return [fork(reference, ...branches), join(`${reference}j`, lasts, piece.condition)];
      }
      case 'loop': {
        const { turns, items, keepLastN, sandbox, fields } = piece;
        const condition = `$.${reference}['iteration'] < ${turns}`;
        return [
          doWhile(
            reference,
            sandbox ? `[1].map(function () { return ${condition} })[0]` : condition,
            this.list(piece.body),
            {
              inputParameters: {
                ...(items === undefined ? {} : { _items: list3(items) }),
                ...(keepLastN === undefined ? {} : { keepLastN }),
              },
              ...fields,
            },
          ),
        ];
      }
      case 'each': {
        const { items, concurrency, fields } = piece;
        return [
          forEach(reference, list3(items), this.list(piece.body), { inputParameters: { concurrency }, ...fields }),
        ];
      }
      default:
        return piece satisfies never;
    }
  }

  /** A branch is one task: longer pieces stand inside of a SWITCH. Their own expressions are as literal as the rest of the list. */
  private dynamicFork(
    reference: string,
    { style, branches, optional }: Extract<Piece, { kind: 'dynamic fork' }>,
  ): Fields {
    if (style === 'B') {
      const forkTaskInputs = branches.map((_, index) => (index % 2 === 0 ? { index } : index));
      return forkOver(
        reference,
        forkTaskInputs,
        { forkTaskName: ['plain', 'total', 'nobody'][branches.length % 3] },
        { optional },
      );
    }
    if (style === 'C') {
      const dynamicTasks = branches.map((_, index) => ({
        taskName: index === 1 ? 'nobody' : 'plain',
        referenceName: `${reference}_${index}`,
        ...(index === 2 ? { workflowName: 'child' } : {}),
      }));
      return task('FORK_JOIN_DYNAMIC', reference, {
        dynamicForkJoinTasksParam: 'list',
        inputParameters: { list: { dynamicTasks } },
      });
    }
    const tasks = branches.map((branch) => {
      const list = this.piece(branch);
      return list.length === 1 ? list[0] : switchOn(`${reference}_${this.count++}`, 'x', { x: list });
    });
    return dynamicFork(reference, { inputParameters: { tasks, inputs: {} } });
  }
}

const workflowFields = fc.record(
  {
    timeoutSeconds: fc.constantFrom(0, 0, 400),
    timeoutPolicy: fc.constantFrom('TIME_OUT_WF', 'ALERT_ONLY'),
    failureWorkflow: fc.constant('cleanup'),
    outputParameters: fc.constant({ v: '${workflow.variables.v}', first: '${r0.output}' }),
  },
  { requiredKeys: ['timeoutSeconds', 'timeoutPolicy'] },
);

/** What is registered; `nobody` is not. */
const registered: Readonly<Record<string, Fields>> = {
  plain: { retryDelaySeconds: 0, responseTimeoutSeconds: 600 },
  strict: {
    timeoutSeconds: 60,
    responseTimeoutSeconds: 30,
    timeoutPolicy: 'RETRY',
    retryLogic: 'EXPONENTIAL_BACKOFF',
    retryDelaySeconds: 2,
    backoffJitterMs: 900,
    pollTimeoutSeconds: 50,
  },
  patient: {
    timeoutSeconds: 90,
    responseTimeoutSeconds: 90,
    timeoutPolicy: 'TIME_OUT_WF',
    retryLogic: 'LINEAR_BACKOFF',
    backoffScaleFactor: 3,
    retryDelaySeconds: 4,
  },
  total: {
    totalTimeoutSeconds: 70,
    timeoutSeconds: 40,
    responseTimeoutSeconds: 20,
    timeoutPolicy: 'RETRY',
    retryDelaySeconds: 15,
  },
  alert: {
    totalTimeoutSeconds: 100,
    timeoutSeconds: 40,
    responseTimeoutSeconds: 40,
    pollTimeoutSeconds: 30,
    timeoutPolicy: 'ALERT_ONLY',
  },
  kafka: { delivery: 'kafka', retryDelaySeconds: 1, inputTemplate: { from: 'template' } },
};

export const base = Object.entries(registered).reduce(
  (workflow, [name, fields]) => workflow.withTaskDef(name, fields),
  aWorkflow(),
);

/** What the registry answers. */
export function lookUp(names: readonly string[]): Readonly<Record<string, Fields>> {
  const found = names.filter((name) => Object.hasOwn(registered, name));
  return Object.fromEntries(found.map((name) => [name, { ...aRegisteredTaskDef(name, registered[name]) }]));
}

export const definitions = definitionsOf(list(depthMax));

/** Not much but TRY. */
export const definitionsWithTries = definitionsOf(fc.array(tryOf(tries(2)), { minLength: 1, maxLength: 2 }));

/** Too long for one decision, and with nothing open where that ends. */
const longList: Piece = {
  kind: 'decision',
  value: 'x',
  first: Array.from({ length: 70 }, () => ({ kind: 'set' as const, value: 'x' })),
  otherwise: [],
};

/** One or two tasks or loops that wait for the sandbox, for an executor, for definitions; or a structure with single tasks inside. */
export const smallDefinitions = definitionsOf(
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: sandboxedLoop() },
      { weight: 3, arbitrary: executorsTask() },
      { weight: 4, arbitrary: piece(2) },
      { weight: 1, arbitrary: fc.constant(longList) },
    ),
    { minLength: 1, maxLength: 2 },
  ),
);

function sandboxedLoop(): fc.Arbitrary<Piece> {
  return fc.record({
    kind: fc.constant('loop' as const),
    body: fc.array(leaf, { minLength: 1, maxLength: 2 }),
    turns: fc.integer({ min: 2, max: 3 }),
    items: fc.constant(undefined),
    keepLastN: fc.constantFrom(undefined, 1, 1),
    sandbox: fc.constant(true),
    fields: fc.constant({}),
  });
}

function executorsTask(): fc.Arbitrary<Piece> {
  return fc.record({
    kind: fc.constant('typed' as const),
    type: fc.constantFrom('HTTP', 'HTTP_POLL'),
    name: fc.constant('unregistered'),
    fields: fc.constantFrom<Fields>({}, { asyncComplete: true }).map((fields) => ({
      inputParameters: { uri: 'http://x' },
      ...fields,
    })),
  });
}

function definitionsOf(pieces: fc.Arbitrary<readonly Piece[]>): fc.Arbitrary<WorkflowBuilder> {
  return fc.record({ pieces, fields: workflowFields }).map(({ pieces: made, fields }) => {
    const tasks = new Renderer().list(made);
    const workflow = base.with(fields).withTask(...tasks);
    // A counterexample is read by people.
    return Object.assign(workflow, { [fc.toStringMethod]: () => JSON.stringify({ ...fields, tasks }) });
  });
}

export const happenings = [
  'claim',
  'message',
  'complete',
  'fail',
  'fail for good',
  'cancel',
  'progress',
  'lease',
  'log',
  'evaluated',
  'late',
  'again',
  'time',
  'timer',
  'early timer',
  'pause',
  'resume',
  'terminate',
  'retry',
  'signal',
  'child ends',
  'child refused',
  'child reopened',
  'retry children',
  'restart',
  'rerun',
  'rerun from',
  'skip',
  'jump',
  'reset callbacks',
  'set variables',
  'remove',
  'poll',
  'found',
  'evaluated',
] as const;

/** What happens next; `pick` chooses among the tasks that it may happen to. */
export interface Happening {
  readonly what: (typeof happenings)[number];
  readonly pick: number;
  readonly seconds: number;
}

const weights: Partial<Record<Happening['what'], number>> = {
  complete: 14,
  claim: 6,
  timer: 5,
  fail: 4,
  retry: 3,
  resume: 3,
  'child ends': 4,
  found: 6,
  evaluated: 4,
  terminate: 1,
  'rerun from': 3,
  'retry children': 3,
  'child reopened': 15,
  remove: 0.1,
};

export const stories = storiesOf(weights);

/** Much fails, and is tried again. */
export const storiesOfFailure = storiesOf({ ...weights, 'fail for good': 20, retry: 8, pause: 1 });

/** Little is ended, so that timers fire; scripts and definitions come back, also while the workflow is paused. */
export const storiesOfWaiting = storiesOf({
  claim: 16,
  timer: 20,
  found: 16,
  evaluated: 10,
  pause: 8,
  resume: 3,
  complete: 4,
  poll: 3,
  terminate: 0.5,
  'rerun from': 0.5,
  restart: 0.5,
  rerun: 0.5,
  jump: 0.5,
  skip: 0.5,
  remove: 0.1,
  cancel: 0.5,
  'fail for good': 0.5,
});

function storiesOf(weightOf: typeof weights): fc.Arbitrary<readonly Happening[]> {
  return fc.array(
    fc.record({
      what: fc.oneof(
        ...happenings.map((what) => ({ weight: (weightOf[what] ?? 2) * 10, arbitrary: fc.constant(what) })),
      ),
      pick: fc.nat(1000),
      seconds: fc.nat(90),
    }),
    { minLength: 5, maxLength: 40 },
  );
}
