/**
 * Loads the sources as they are, for programs outside of jest: `.js` stands for `.ts`, `@dacapo/x` for its library, types are taken away.
 * Whatever is imported from a module of the engine with the query `?mutant=ID` is loaded with that query too: each mutant is a module graph
 * of its own, in which the text of one file is another (`plant`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { transformSync } from '@swc/core';

import jest from '../../jest.config.mjs';

const root = new URL('../../', import.meta.url);
const engine = new URL('libs/engine/', root).href;
const [, options] = jest.transform['^.+\\.ts$'];
const compiled = new Map();
const mutants = new Map();

/** `mutant`: id, file (below libs/engine/src), find (once in the file), replace. */
export function plant(mutant) {
  mutants.set(mutant.id, mutant);
}

registerHooks({
  resolve(specifier, context, next) {
    const from = context.parentURL === undefined ? undefined : new URL(context.parentURL);
    const target = sourceOf(specifier, from);
    if (target === undefined) return next(specifier, context);
    if (target.href.startsWith(engine) && from?.searchParams.has('mutant')) target.search = from.search;
    return { url: target.href, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    const { pathname, searchParams } = new URL(url);
    if (!url.startsWith(root.href) || !pathname.endsWith('.ts') || pathname.includes('/node_modules/')) {
      return next(url, context);
    }
    const path = fileURLToPath(new URL(pathname, root));
    return { format: 'module', source: compile(path, mutants.get(searchParams.get('mutant'))), shortCircuit: true };
  },
});

function sourceOf(specifier, from) {
  const [, library] = /^@dacapo\/([^/]+)$/.exec(specifier) ?? [];
  if (library !== undefined) return new URL(`libs/${library}/src/index.ts`, root);
  if (!specifier.startsWith('.') || from?.pathname.endsWith('.ts') !== true) return undefined;
  const target = new URL(specifier.replace(/\.js(?=$|\?)/, '.ts'), from);
  return existsSync(fileURLToPath(target)) ? target : undefined;
}

function compile(path, mutant) {
  const isMutated = mutant !== undefined && pathToFileURL(path).href === `${engine}src/${mutant.file}`;
  const known = isMutated ? undefined : compiled.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  const { code } = transformSync(isMutated ? mutated(text, mutant) : text, { ...options, filename: path });
  if (!isMutated) compiled.set(path, code);
  return code;
}

function mutated(text, { id, file, find, replace }) {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${id}: ${file} has its text ${parts.length - 1} times`);
  return parts.join(replace);
}
