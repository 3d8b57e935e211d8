/** Valid definitions made of pieces, and what is registered beside them. */
import fc from 'fast-check';

import { aRegisteredTaskDef, aWorkflow, type Fields, type WorkflowBuilder } from './definitions.js';
import { depthMax, leaf, list, type Piece, piece, tries, tryOf } from './pieces.js';
import { Renderer } from './render.js';

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

const base = Object.entries(registered).reduce(
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

/** Tasks that all ask the cache, alone or in a loop. */
export const cachedDefinitions = definitionsOf(
  fc.array(fc.oneof(leaf, executorsTask(), sandboxedLoop()), { minLength: 1, maxLength: 3 }),
  asking,
);

function asking(task: Fields): Fields {
  const loopOver = (task['loopOver'] as readonly Fields[] | undefined)?.map(asking);
  return { ...task, ...(loopOver === undefined ? {} : { loopOver }), cacheConfig: { key: 'any', ttlInSecond: 9 } };
}

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

function definitionsOf(
  pieces: fc.Arbitrary<readonly Piece[]>,
  change: (task: Fields) => Fields = (task) => task,
): fc.Arbitrary<WorkflowBuilder> {
  return fc.record({ pieces, fields: workflowFields }).map(({ pieces: made, fields }) => {
    const tasks = new Renderer().list(made).map(change);
    const workflow = base.with(fields).withTask(...tasks);
    // A counterexample is read by people.
    return Object.assign(workflow, { [fc.toStringMethod]: () => JSON.stringify({ ...fields, tasks }) });
  });
}
