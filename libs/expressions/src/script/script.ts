import { interpret } from './interpret.js';
import { parseScript } from './parse-statement.js';
import { Refusal } from './refusal.js';
import type { Script } from './syntax.js';

/** `syntax`: no JavaScript; `unsupported`: JavaScript for the sandbox. */
export type CompileResult =
  | { readonly ok: true; readonly script: Script }
  | { readonly ok: false; readonly error: { readonly kind: 'syntax' | 'unsupported'; readonly message: string } };

/**
 * `thrown`: the script failed, as it would anywhere; `unsupported`: these values need the sandbox; `limit`: too long.
 */
export type RunResult =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error: { readonly kind: 'thrown' | 'unsupported' | 'limit'; readonly message: string };
    };

/** Compiles the subset of JavaScript that is decided at once. Never throws; compile once, run often. */
export function compileScript(source: string): CompileResult {
  try {
    return { ok: true, script: parseScript(source) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const kind = error.kind === 'syntax' ? 'syntax' : 'unsupported';
    return { ok: false, error: { kind, message: error.message } };
  }
}

/** Runs a script over variables (`$` is the input). The value may share parts of them; undefined becomes null. */
export function runScript(script: Script, variables: Readonly<Record<string, unknown>>): RunResult {
  try {
    return { ok: true, value: interpret(script, variables) ?? null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const kind = error.kind === 'syntax' ? 'unsupported' : error.kind;
    return { ok: false, error: { kind, message: error.message } };
  }
}

/** How DO_WHILE and event conditions read a result (contract 6.25): true, or a number above 0. */
export function conditionHolds(value: unknown): boolean {
  return typeof value === 'number' ? value > 0 : value === true;
}
