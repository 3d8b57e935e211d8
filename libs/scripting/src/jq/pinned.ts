/** The one build of jq that the pool was tried with, with its allocator made visible, compiled once per process. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { joined, leb, Reader, sectionIds, sectionsOf } from '../wasm/sections.js';

const packageVersion = '0.6.2';
/** Of the package's `jq.wasm`. Another one has other numbers inside: run the corpus before you change it. */
const wasmSha256 = '18d8a3955d212fedd5065e38051397e3041bffc55de09f83aea0ae9da8cb47db';
/** `emscripten_builtin_malloc`, by its place among the functions. */
const mallocIndex = 1_044;

let loaded: Promise<WebAssembly.Module> | undefined;

/** jq's module with the export `malloc`. Rejects when the installed package is not the pinned one. */
export function pinnedJq(): Promise<WebAssembly.Module> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<WebAssembly.Module> {
  const folder = dirname(createRequire(import.meta.url).resolve('jq-web'));
  const wasm = await readFile(join(folder, 'jq.wasm'));
  const found = createHash('sha256').update(wasm).digest('hex');
  if (found !== wasmSha256) throw new Error(`The jq module ${found} is not the pinned one. Install ${packageVersion}`);
  return WebAssembly.compile(withMalloc(wasm));
}

function withMalloc(wasm: Uint8Array): Uint8Array {
  const sections = sectionsOf(wasm).flatMap(({ id, from, to }) => {
    const content = id === sectionIds.exports ? withExport(wasm, { from, to }) : wasm.subarray(from, to);
    return [Uint8Array.from([id, ...leb(content.length)]), content];
  });
  return joined([wasm.subarray(0, 8), ...sections]);
}

function withExport(wasm: Uint8Array, { from, to }: { readonly from: number; readonly to: number }): Uint8Array {
  const reader = new Reader(wasm, from);
  const count = reader.number();
  const name = new TextEncoder().encode('malloc');
  const entry = Uint8Array.from([name.length, ...name, 0, ...leb(mallocIndex)]);
  return joined([Uint8Array.from(leb(count + 1)), wasm.subarray(reader.at, to), entry]);
}
