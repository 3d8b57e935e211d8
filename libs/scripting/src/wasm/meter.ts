import { joined, leb, Reader, type Section, sectionIds, sectionsOf } from './sections.js';

/**
 * Rewrites a WebAssembly module so that it counts its own work: a mutable global `fuel` (i64, exported) loses 1 at each
 * function entry and each loop header, and length / 32 before `memory.copy` and `memory.fill`; below zero the module traps
 * with `unreachable`. So loops in C count as well as loops of the script, and the count is the same on every machine.
 * Three more changes make instances cheap: exports that nobody uses are left out, the imported memory may start smaller, and the lowest value
 * that the stack pointer has had is kept (`stackLow`, mutable i32, exported), so that one knows what to clear.
 */
export interface MeterOptions {
  /** Names of the exports that stay. */
  readonly exports: readonly string[];
  /** Least size of the imported memory, in pages of 64 KiB. */
  readonly memoryPages: number;
}

/** The code that is put in front of what it charges for. */
interface Charges {
  readonly one: Uint8Array;
  readonly length: Uint8Array;
  /** Behind each new value of the stack pointer. */
  readonly stackLow: Uint8Array;
}

/** Throws when the module has anything in it that the meter does not know. */
export function meter(wasm: Uint8Array, options: MeterOptions): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(wasm);
  const { imported, all } = globalCounts(wasm, sections);
  // The compiler's first global is its stack pointer.
  const [stackPointer, fuel, length, stackLow] = [leb(imported), leb(all), leb(all + 1), leb(all + 2)];
  const charges = { ...chargesOf(fuel, length), stackLow: lowestOf(stackPointer, stackLow) };
  const metering = { ...options, fuel, stackPointer: imported, stackLow, charges };
  return joined([wasm.subarray(0, 8), ...sections.flatMap((section) => rewritten(wasm, section, metering))]);
}

/** Imported globals come first in the numbering, then the module's own; ours follow. */
function globalCounts(
  wasm: Uint8Array,
  sections: readonly Section[],
): { readonly imported: number; readonly all: number } {
  const [imports, globals] = [sectionIds.imports, sectionIds.globals].map((id) =>
    sections.find((one) => one.id === id),
  );
  if (imports === undefined || globals === undefined)
    throw new Error('The WebAssembly module has no imports or globals');
  let imported = 0;
  for (const { kind } of importsOf(new Reader(wasm, imports.from))) if (kind === 'global') imported++;
  return { imported, all: imported + new Reader(wasm, globals.from).number() };
}

interface Import {
  readonly kind: 'function' | 'table' | 'memory' | 'global';
  /** Where its type begins and ends. */
  readonly from: number;
  readonly to: number;
}

function importsOf(reader: Reader): readonly Import[] {
  const imports: Import[] = [];
  for (let left = reader.number(); left > 0; left--) {
    reader.skipName();
    reader.skipName();
    const kind = (['function', 'table', 'memory', 'global'] as const)[reader.byte()];
    if (kind === undefined) throw new Error('The WebAssembly module imports something that the meter does not know');
    const from = reader.at;
    if (kind === 'function') reader.skipNumber();
    else if (kind === 'global') reader.at += 2;
    else {
      if (kind === 'table') reader.byte();
      reader.skipNumbers(reader.number() & 1 ? 2 : 1);
    }
    imports.push({ kind, from, to: reader.at });
  }
  return imports;
}

function chargesOf(fuel: readonly number[], length: readonly number[]): Omit<Charges, 'stackLow'> {
  // global.get fuel, i64.const 0, i64.lt_s, if, unreachable, end
  const trapBelowZero = [0x23, ...fuel, 0x42, 0, 0x53, 0x04, 0x40, 0x00, 0x0b];
  // fuel - 1
  const one = [0x23, ...fuel, 0x42, 1, 0x7d, 0x24, ...fuel, ...trapBelowZero];
  // The length is on top of the stack: kept in a global, fuel - (length as i64 >> 5), and the length is there again.
  const kept = [0x24, ...length, 0x23, ...length];
  const spent = [0x23, ...fuel, 0x23, ...length, 0xad, 0x42, 5, 0x88, 0x7d, 0x24, ...fuel];
  return { one: Uint8Array.from(one), length: Uint8Array.from([...kept, ...spent, ...trapBelowZero]) };
}

/** If the pointer is below the lowest so far (unsigned), it is the lowest. */
function lowestOf(pointer: readonly number[], lowest: readonly number[]): Uint8Array {
  return Uint8Array.from([
    ...[0x23, ...pointer, 0x23, ...lowest, 0x49],
    ...[0x04, 0x40, 0x23, ...pointer, 0x24, ...lowest, 0x0b],
  ]);
}

interface Metering extends MeterOptions {
  readonly fuel: readonly number[];
  readonly stackPointer: number;
  readonly stackLow: readonly number[];
  readonly charges: Charges;
}

function rewritten(wasm: Uint8Array, section: Section, metering: Metering): readonly Uint8Array[] {
  const content = contentOf(wasm, section, metering);
  return [Uint8Array.from([section.id, ...leb(content.length)]), content];
}

function contentOf(wasm: Uint8Array, { id, from, to }: Section, metering: Metering): Uint8Array {
  const reader = new Reader(wasm, from);
  switch (id) {
    case sectionIds.imports:
      return withMemoryOf(wasm.subarray(from, to), metering.memoryPages);
    case sectionIds.globals: {
      const count = reader.number();
      // fuel: mutable i64 of 2^40, enough for what happens before it is set; length, stackLow: mutable i32 of 0 and -1.
      const fuel = [0x7e, 1, 0x42, 128, 128, 128, 128, 128, 32, 0x0b];
      const ours = [...fuel, 0x7f, 1, 0x41, 0, 0x0b, 0x7f, 1, 0x41, 0x7f, 0x0b];
      return joined([Uint8Array.from(leb(count + 3)), wasm.subarray(reader.at, to), Uint8Array.from(ours)]);
    }
    case sectionIds.exports:
      return exportsOf(reader, metering);
    case sectionIds.code:
      return codeOf(reader, metering);
    default:
      return wasm.subarray(from, to);
  }
}

/** The imports with another least size of the memory. */
function withMemoryOf(section: Uint8Array, pages: number): Uint8Array {
  const reader = new Reader(section, 0);
  const memory = importsOf(reader).find(({ kind }) => kind === 'memory');
  if (memory === undefined) throw new Error('The WebAssembly module imports no memory');
  reader.at = memory.from;
  const flags = reader.byte();
  reader.skipNumber();
  const type = Uint8Array.from([flags, ...leb(pages)]);
  return joined([section.subarray(0, memory.from), type, section.subarray(reader.at)]);
}

function exportsOf(reader: Reader, { exports, fuel, stackLow }: Metering): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let left = reader.number(); left > 0; left--) {
    const start = reader.at;
    reader.skipName();
    const name = new TextDecoder().decode(reader.bytes.subarray(start + 1, reader.at));
    reader.byte();
    reader.skipNumber();
    if (exports.includes(name)) kept.push(reader.bytes.subarray(start, reader.at));
  }
  if (kept.length !== exports.length) throw new Error('The WebAssembly module lacks one of the exports to keep');
  const ours = [exportedGlobal('fuel', fuel), exportedGlobal('stackLow', stackLow)];
  return joined([Uint8Array.from(leb(kept.length + ours.length)), ...kept, ...ours]);
}

function exportedGlobal(name: string, index: readonly number[]): Uint8Array {
  return Uint8Array.from([name.length, ...new TextEncoder().encode(name), 3, ...index]);
}

function codeOf(reader: Reader, metering: Metering): Uint8Array {
  const count = reader.number();
  const parts: Uint8Array[] = [Uint8Array.from(leb(count))];
  for (let left = count; left > 0; left--) {
    const size = reader.number();
    const body = meteredBody(reader, reader.at + size, metering);
    parts.push(Uint8Array.from(leb(body.length)), body);
  }
  return joined(parts);
}

function meteredBody(reader: Reader, end: number, { charges, stackPointer }: Metering): Uint8Array {
  const parts: Uint8Array[] = [];
  let copied = reader.at;
  const insert = (code: Uint8Array, before: number) => {
    parts.push(reader.bytes.subarray(copied, before), code);
    copied = before;
  };
  for (let left = reader.number(); left > 0; left--) {
    reader.skipNumber();
    reader.byte();
  }
  insert(charges.one, reader.at);
  while (reader.at < end) {
    const start = reader.at;
    const instruction = skipInstruction(reader, stackPointer);
    if (instruction === 'loop') insert(charges.one, reader.at);
    else if (instruction === 'stack') insert(charges.stackLow, reader.at);
    else if (instruction === 'bulk') insert(charges.length, start);
  }
  if (reader.at !== end) throw new Error('A function of the WebAssembly module is longer than it says');
  parts.push(reader.bytes.subarray(copied, end));
  return joined(parts);
}

/** Numbers that follow each instruction; -1: one byte. Whatever is neither here nor handled below is refused. */
const immediates: ReadonlyMap<number, number> = new Map([
  // unreachable, nop, else, end, return, drop, select, ref.is_null
  ...[0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].map((op) => [op, 0] as const),
  // comparisons, arithmetic, conversions, sign extensions
  ...Array.from({ length: 0xc4 - 0x45 + 1 }, (_, index) => [0x45 + index, 0] as const),
  // block, loop, if, br, br_if, call, local.*, global.get, table.get, i32.const, i64.const, memory.size, memory.grow, ref.null, ref.func
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x25, 0x41, 0x42, 0x3f, 0x40, 0xd0, 0xd2].map(
    (op) => [op, 1] as const,
  ),
  // call_indirect, loads and stores
  ...[0x11, ...Array.from({ length: 0x3e - 0x28 + 1 }, (_, index) => 0x28 + index)].map((op) => [op, 2] as const),
]);

/** The same for the instructions behind 0xfc: saturating conversions, bulk memory. Tables are not written: an instance's memory is its state. */
const bulkImmediates: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1];

/** `stack`: a new value of the stack pointer. */
function skipInstruction(reader: Reader, stackPointer: number): 'loop' | 'bulk' | 'stack' | 'other' {
  const op = reader.byte();
  const count = immediates.get(op);
  if (count !== undefined) {
    reader.skipNumbers(count);
    return op === 0x03 ? 'loop' : 'other';
  }
  if (op === 0xfc) return skipBulk(reader);
  // global.set
  if (op === 0x24) return reader.number() === stackPointer ? 'stack' : 'other';
  // br_table, select with types, f32.const, f64.const
  if (op === 0x0e) reader.skipNumbers(reader.number() + 1);
  else if (op === 0x1c) reader.skipNumbers(reader.number());
  else if (op === 0x43) reader.at += 4;
  else if (op === 0x44) reader.at += 8;
  else throw new Error(`The meter does not know the WebAssembly instruction 0x${op.toString(16)}`);
  return 'other';
}

function skipBulk(reader: Reader): 'bulk' | 'other' {
  const op = reader.number();
  const count = bulkImmediates[op];
  if (count === undefined) throw new Error(`The meter does not know the WebAssembly instruction 0xfc ${op}`);
  reader.skipNumbers(count);
  // memory.copy, memory.fill
  return op === 10 || op === 11 ? 'bulk' : 'other';
}
