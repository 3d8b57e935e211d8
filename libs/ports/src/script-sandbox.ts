/** Where scripts of users run: outside of the engine, with nothing in reach and an end in sight. What comes out is recorded (design 3.6). */
import type { JsonObject } from '@dacapo/contracts';

export interface ScriptRequest {
  /** A script whose last expression is its value, or the body of a function, where `return` is allowed (LAMBDA). */
  readonly form: 'script' | 'function-body';
  readonly source: string;
  /** What the script sees as `$`: a copy, changes do not leak. */
  readonly input: JsonObject;
  /** Units of metered work; the same script on the same input spends the same. */
  readonly fuel: number;
  /** What `Date` says, epoch milliseconds, UTC. */
  readonly now: number;
  /** `Math.random` draws from it. */
  readonly seed: string;
}

export type ScriptOutcome =
  | { readonly ok: true; readonly value: unknown }
  /** `error`: the script threw; `fault`: what does not repeat (a watchdog, an abort) and so must be taken from the log. */
  | { readonly ok: false; readonly kind: 'error' | 'fuel' | 'memory' | 'size' | 'fault'; readonly message: string };

export interface ScriptSandbox {
  /** Name of the sandbox build (hash of the metered module): stands in the event beside the outcome. */
  readonly build: string;
  /** Never rejects: what goes wrong is an outcome. Waits for a free thread. */
  evaluate(request: ScriptRequest): Promise<ScriptOutcome>;
  close(): Promise<void>;
}
