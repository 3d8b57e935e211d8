import { readFileSync } from 'node:fs';
import { quickJsFile } from '../quickjs/pinned.js';
import { meter } from './meter.js';

/** A module with one imported memory, one global and one function of the given code. */
function moduleOf(code: readonly number[]): Uint8Array {
  const section = (id: number, content: readonly number[]) => [id, content.length, ...content];
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 0]), // one type: (i32) -> ()
    ...section(2, [1, ...name('a'), ...name('a'), 2, 1, 4, 8]), // memory of 4 to 8 pages
    ...section(3, [1, 0]),
    ...section(6, [1, 0x7f, 1, 0x41, 7, 0x0b]),
    ...section(7, [2, ...name('run'), 0, 0, ...name('other'), 0, 0]),
    ...section(10, [1, code.length + 2, 0, ...code, 0x0b]),
  ]);
}

// for (; n > 0; n--) {}: loop, local.get 0, i32.const 1, i32.sub, local.tee 0, i32.const 0, i32.gt_s, br_if 0, end
const countdown = [0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x41, 0, 0x4a, 0x0d, 0, 0x0b];
// memory.fill(0, 1, n)
const fill = [0x41, 0, 0x41, 1, 0x20, 0, 0xfc, 11, 0];
const options = { exports: ['run'], memoryPages: 2 };

async function instanceOf(code: readonly number[]) {
  const metered = meter(moduleOf(code), options);
  const module = await WebAssembly.compile(metered);
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 8 });
  const { exports } = new WebAssembly.Instance(module, { a: { a: memory } });
  return {
    exports,
    run: exports['run'] as (n: number) => void,
    fuel: exports['fuel'] as WebAssembly.Global<bigint>,
    stackLow: exports['stackLow'] as WebAssembly.Global<number>,
  };
}

async function spent(code: readonly number[], n: number): Promise<bigint> {
  const { run, fuel } = await instanceOf(code);
  fuel.value = 1_000_000n;
  run(n);
  return 1_000_000n - fuel.value;
}

describe('the meter', () => {
  it('charges a call and each round of a loop', async () => {
    expect(await spent([], 0)).toBe(1n);
    expect(await spent(countdown, 1)).toBe(2n);
    expect(await spent(countdown, 1_000)).toBe(1_001n);
  });

  it('charges the length of what is filled', async () => {
    expect(await spent(fill, 31)).toBe(1n);
    expect(await spent(fill, 64_000)).toBe(2_001n);
  });

  it('traps below zero, and not at it', async () => {
    const { run, fuel } = await instanceOf(countdown);
    fuel.value = 11n;
    run(10);
    expect(fuel.value).toBe(0n);
    fuel.value = 10n;
    expect(() => run(10)).toThrow(WebAssembly.RuntimeError);
    expect(fuel.value).toBe(-1n);
  });

  it('keeps the lowest value that the stack pointer has had, without a charge', async () => {
    // pointer = n
    const set = [0x20, 0, 0x24, 0];
    const { run, fuel, stackLow } = await instanceOf(set);
    fuel.value = 10n;
    const lowest = [9, 4, 6, -1].map((n) => {
      run(n);
      return stackLow.value;
    });
    expect([lowest, fuel.value]).toEqual([[9, 4, 4, 4], 6n]);
  });

  it('keeps the exports that it is told, and lets the memory start smaller', async () => {
    const { exports } = await instanceOf([]);
    expect(Object.keys(exports)).toEqual(['run', 'fuel', 'stackLow']);
    expect(() => meter(moduleOf([]), { ...options, exports: ['missing'] })).toThrow('lacks one of the exports');
  });

  it.each([
    ['SIMD', [0xfd, 12]],
    ['threads', [0xfe, 3]],
    ['exceptions', [0x06, 0x40, 0x0b]],
    ['tail calls', [0x12, 0]],
    ['garbage collection', [0xfb, 0]],
    ['an unknown bulk instruction', [0xfc, 18]],
    ['a table that is written', [0x26, 0]],
    ['a table that grows', [0xfc, 15, 0]],
  ])('refuses %s', (_name, code) => {
    expect(() => meter(moduleOf(code), options)).toThrow('The meter does not know the WebAssembly instruction 0x');
  });

  it('makes a valid module of QuickJS', () => {
    const wasm = readFileSync(quickJsFile());
    const metered = meter(wasm, { exports: ['u', 'v'], memoryPages: 96 });
    expect(WebAssembly.validate(metered)).toBe(true);
    expect(metered.length).toBeGreaterThan(wasm.length);
  });
});
