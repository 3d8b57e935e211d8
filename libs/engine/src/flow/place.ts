/**
 * Where in a running workflow a task stands: the task of the definition, and the turns of the loops around it. Inside of loops one task of
 * the definition has an execution per turn, `ref__2`, and `ref__2__1` in a loop within a loop.
 */
import { type Node, outerNode } from './flow.js';

export interface Place {
  readonly node: Node;
  /** `__2__1`: the turns of all loops around it, the outermost first; empty outside of loops. */
  readonly scope: string;
  /** Key of the dynamic fork that made the task, or one of the tasks around it. */
  readonly fork?: string;
  /** Reference name as clients see it, unique in the workflow. */
  readonly key: string;
}

export function placeOf(node: Node, scope: string, fork: string | undefined): Place {
  const key = node.reference + scope;
  return fork === undefined ? { node, scope, key } : { node, scope, fork, key };
}

/** Inside of a loop, at its turn. */
export function innerScope(scope: string, iteration: number): string {
  return `${scope}__${iteration}`;
}

/** The scope around the innermost loop. */
export function outerScope(scope: string): string {
  return scope.slice(0, Math.max(0, scope.lastIndexOf('__')));
}

/** Number of the innermost loop's turn, 0 outside of loops. */
export function iterationOf(scope: string): number {
  return scope === '' ? 0 : Number(scope.slice(scope.lastIndexOf('__') + 2));
}

export interface LoopAround {
  readonly loop: Node;
  /** Scope of the turn that the place is in. */
  readonly scope: string;
}

/** The loops around a place, the innermost first. */
export function* loopsAround(place: Place): Generator<LoopAround> {
  let { scope } = place;
  for (let loop = outerNode(place.node); loop !== undefined; loop = outerNode(loop)) {
    if (loop.body === undefined) continue;
    yield { loop, scope };
    scope = outerScope(scope);
  }
}
