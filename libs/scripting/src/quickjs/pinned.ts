/** The one build of QuickJS that the sandbox was tried with: metered, compiled and named once per process. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { limits } from '../limits.js';
import { meter } from '../wasm/meter.js';
import { preludeSource } from './prelude.js';

const packageVersion = '0.32.0';
/** Of the package's `.wasm`. Another one has other names inside: go through both corpora before you change it. */
const wasmSha256 = '105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232';

/** The compiler's own data lies below the stack, whose 5 MiB begin here; the heap lies above it. */
const staticBytes = 0x1_6060;

/** What we call in there, by the names that the package's compiler made short. */
const exports = {
  initialise: 'u',
  malloc: 'v',
  free: 'M',
  setMaxStackSize: 'D',
  undefinedValue: 'E',
  newRuntime: 'K',
  newContext: 'N',
  newString: '_',
  getString: '$',
  executePendingJobs: 'ga',
  call: 'ma',
  resolveException: 'na',
  evaluate: 'pa',
  promiseState: 'wa',
  promiseResult: 'xa',
} as const;

export type QuickJsExport = keyof typeof exports;

export interface PinnedQuickJs {
  readonly module: WebAssembly.Module;
  readonly exports: Readonly<Record<QuickJsExport, string>>;
  readonly prelude: string;
  readonly staticBytes: number;
  /** Changes with whatever may change an outcome: the metered module, the prelude, memory and stack. */
  readonly build: string;
}

let loaded: Promise<PinnedQuickJs> | undefined;

/** Rejects when the installed package is not the pinned one. */
export function pinnedQuickJs(): Promise<PinnedQuickJs> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<PinnedQuickJs> {
  const wasm = await readFile(quickJsFile());
  const found = createHash('sha256').update(wasm).digest('hex');
  if (found !== wasmSha256)
    throw new Error(`The QuickJS module ${found} is not the pinned one. Install ${packageVersion}`);
  const metered = meter(wasm, { exports: Object.values(exports), memoryPages: limits.scriptMemoryPagesFirst });
  const prelude = preludeSource({
    resultCharacters: limits.resultBytes,
    resultDepth: limits.resultDepth,
    errorCharacters: limits.errorCharacters,
  });
  const hash = createHash('sha256').update(metered).update(prelude);
  hash.update(JSON.stringify([limits.scriptMemoryPages, limits.scriptStackBytes]));
  const build = `quickjs-emscripten-${packageVersion}+${hash.digest('hex').slice(0, 16)}`;
  return { module: await WebAssembly.compile(metered), exports, prelude, staticBytes, build };
}

/** By way of the package that we depend on, wherever npm has put the other one. */
export function quickJsFile(): string {
  const ours = createRequire(import.meta.url);
  return createRequire(ours.resolve('quickjs-emscripten')).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
}
