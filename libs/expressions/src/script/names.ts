import { unsupported } from './refusal.js';

type Binding =
  | { readonly kind: 'var' | 'let' | 'const'; readonly slot: number }
  | { readonly kind: 'function'; readonly index: number };

interface Block {
  readonly bindings: Map<string, Binding>;
  /** The function it belongs to; `var` goes there. */
  readonly isFunction: boolean;
  readonly slots: number[];
}

/** What a name means, while a script is parsed. */
export interface Names {
  readonly blocks: Block[];
  /** Names that were used before any declaration. Declared later they would be hoisted or dead: refused. */
  readonly free: Set<string>;
  slotCount: number;
}

/** Names that mean something without a declaration, or may not be declared. */
const fixedNames = ['$', 'undefined', 'NaN', 'Infinity', 'eval', 'arguments', 'async', 'of', 'get', 'set'];

export function newNames(): Names {
  return { blocks: [newBlock(true)], free: new Set(), slotCount: 0 };
}

function newBlock(isFunction: boolean): Block {
  return { bindings: new Map(), isFunction, slots: [] };
}

/** Parses `inside` with a scope of its own and gives the slots of the locals it declares. */
export function withinFunction<Result>(
  names: Names,
  inside: () => Result,
): { result: Result; slots: readonly number[] } {
  const block = newBlock(true);
  names.blocks.push(block);
  const result = inside();
  names.blocks.pop();
  return { result, slots: block.slots };
}

export function withinBlock<Result>(names: Names, inside: () => Result): Result {
  names.blocks.push(newBlock(false));
  const result = inside();
  names.blocks.pop();
  return result;
}

/**
 * Declares a local and gives its slot. Only what runs in the order in which it stands is allowed: no use before the
 * declaration, no shadowing, no second meaning of a name in one function. So no hoisting and no dead zone can be seen.
 */
export function declareLocal(names: Names, kind: 'var' | 'let' | 'const', name: string): number {
  const known = lookUp(names, name);
  const owner = kind === 'var' ? functionBlock(names) : names.blocks.at(-1);
  if (kind === 'var' && known?.kind === 'var' && owner?.bindings.get(name) === known) return known.slot;
  refuseIfTaken(names, name);
  const slot = names.slotCount++;
  owner?.bindings.set(name, { kind, slot });
  functionBlock(names).slots.push(slot);
  return slot;
}

export function declareFunction(names: Names, name: string, index: number): void {
  refuseIfTaken(names, name);
  functionBlock(names).bindings.set(name, { kind: 'function', index });
}

function refuseIfTaken(names: Names, name: string): void {
  if (fixedNames.includes(name) || names.free.has(name) || lookUp(names, name) !== undefined) {
    throw unsupported(`this declaration of ${name}`);
  }
}

/** The meaning of a name in use; undefined when it must come from the variables. */
export function useName(names: Names, name: string): Binding | undefined {
  const binding = lookUp(names, name);
  if (binding === undefined) names.free.add(name);
  return binding;
}

function lookUp(names: Names, name: string): Binding | undefined {
  for (let index = names.blocks.length - 1; index >= 0; index--) {
    const binding = names.blocks[index]?.bindings.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

export function isFunctionLevel(names: Names): boolean {
  return names.blocks.at(-1)?.isFunction === true;
}

export function isWithinFunction(names: Names): boolean {
  return names.blocks.filter(({ isFunction }) => isFunction).length > 1;
}

function functionBlock(names: Names): Block {
  const block = names.blocks.findLast(({ isFunction }) => isFunction);
  if (!block) throw unsupported('this place of a declaration');
  return block;
}
