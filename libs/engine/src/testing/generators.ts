/** Valid definitions with all operators, nested up to five deep, and what workers, operators and time may do to them. */
import fc from 'fast-check';

import {
  aWorkflow,
  type Fields,
  fork,
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
  | { readonly kind: 'set'; readonly value: unknown }
  | { readonly kind: 'wait'; readonly input: Fields; readonly fields: Fields }
  | { readonly kind: 'child'; readonly fields: Fields }
  | { readonly kind: 'terminate'; readonly status: string };

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

const leaf: fc.Arbitrary<Piece> = fc.oneof(
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
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('terminate' as const),
      status: fc.constantFrom('COMPLETED', 'FAILED', 'TERMINATED'),
    }),
  },
);

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
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('fork' as const),
        branches: fc.array(inner, { minLength: 1, maxLength: 2 }),
        joinAll: fc.boolean(),
        optional: fc.boolean(),
      }),
    },
  );
}

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
      default:
        return piece satisfies never;
    }
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

const base = aWorkflow()
  .withTaskDef('plain', { retryDelaySeconds: 0, responseTimeoutSeconds: 600 })
  .withTaskDef('strict', {
    timeoutSeconds: 60,
    responseTimeoutSeconds: 30,
    timeoutPolicy: 'RETRY',
    retryLogic: 'EXPONENTIAL_BACKOFF',
    retryDelaySeconds: 2,
    backoffJitterMs: 900,
    pollTimeoutSeconds: 50,
  })
  .withTaskDef('patient', {
    timeoutSeconds: 90,
    responseTimeoutSeconds: 90,
    timeoutPolicy: 'TIME_OUT_WF',
    retryLogic: 'LINEAR_BACKOFF',
    backoffScaleFactor: 3,
    retryDelaySeconds: 4,
  })
  .withTaskDef('total', {
    totalTimeoutSeconds: 70,
    timeoutSeconds: 40,
    responseTimeoutSeconds: 20,
    timeoutPolicy: 'RETRY',
    retryDelaySeconds: 15,
  })
  .withTaskDef('alert', {
    totalTimeoutSeconds: 100,
    timeoutSeconds: 40,
    responseTimeoutSeconds: 40,
    pollTimeoutSeconds: 30,
    timeoutPolicy: 'ALERT_ONLY',
  })
  .withTaskDef('kafka', { delivery: 'kafka', retryDelaySeconds: 1, inputTemplate: { from: 'template' } });

export const definitions: fc.Arbitrary<WorkflowBuilder> = fc
  .record({ pieces: list(depthMax), fields: workflowFields })
  .map(({ pieces, fields }) => {
    const tasks = new Renderer().list(pieces);
    const workflow = base.with(fields).withTask(...tasks);
    // A counterexample is read by people.
    return Object.assign(workflow, { [fc.toStringMethod]: () => JSON.stringify({ ...fields, tasks }) });
  });

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
  terminate: 1,
  'rerun from': 3,
  'retry children': 3,
  'child reopened': 6,
  remove: 0.1,
};

export const stories: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({
    what: fc.oneof(...happenings.map((what) => ({ weight: (weights[what] ?? 2) * 10, arbitrary: fc.constant(what) }))),
    pick: fc.nat(1000),
    seconds: fc.nat(90),
  }),
  { minLength: 5, maxLength: 40 },
);
