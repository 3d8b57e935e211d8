/** What the main thread and the threads of the pools say to one another. Types only: the workers may not import values. */

import type { QuickJsExport } from './quickjs/pinned.js';

/** What a thread for scripts is started with. */
export interface ScriptThreadData {
  readonly module: WebAssembly.Module;
  /** Our names of the module's exports. */
  readonly exports: Readonly<Record<QuickJsExport, string>>;
  readonly prelude: string;
  /** Below the stack: what the compiler has laid out. */
  readonly staticBytes: number;
  readonly memoryPagesFirst: number;
  readonly memoryPages: number;
  readonly stackBytes: number;
  readonly resultBytes: number;
}

export interface ScriptQuestion {
  readonly form: 'script' | 'function-body';
  readonly source: string;
  /** JSON. */
  readonly input: string;
  readonly fuel: number;
  readonly now: number;
  /** Four 32-bit numbers as JSON. */
  readonly seed: string;
}

/** `thrown`: by the script; `stack` is QuickJS's, cut. */
export type ScriptAnswer =
  | { readonly kind: 'value'; readonly json: string }
  | { readonly kind: 'thrown'; readonly message: string; readonly stack: string }
  | { readonly kind: 'pending' | 'fuel' | 'memory' | 'size' }
  | { readonly kind: 'fault'; readonly message: string };

export interface JqThreadData {
  readonly module: WebAssembly.Module;
  readonly stackBytes: number;
  readonly memoryPages: number;
  readonly memoryKeptBytes: number;
  readonly resultBytes: number;
  readonly resultDepth: number;
}

export interface JqQuestion {
  readonly query: string;
  /** JSON. */
  readonly input: string;
}

/** `output`: JSON, a result a line. `isSpent`: the thread is not to be used again. */
export type JqAnswer = { readonly isSpent: boolean } & (
  | { readonly ok: true; readonly output: string }
  /** `message`: what jq printed. */
  | { readonly ok: false; readonly fault: 'query'; readonly message: string }
  | { readonly ok: false; readonly fault: 'memory' | 'stack' | 'size' | 'depth' | 'key' }
);
