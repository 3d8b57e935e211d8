/** Reading and writing the sections of a WebAssembly module. */
export const sectionIds = { imports: 2, globals: 6, exports: 7, code: 10 } as const;

export interface Section {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** A place in the module that moves on as it is read. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('The WebAssembly module ends too early');
    return value;
  }

  /** An unsigned LEB128 number. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  /** Skips a LEB128 number of either sign. */
  skipNumber(): void {
    while (this.byte() >= 128);
  }

  skipNumbers(count: number): void {
    for (let left = count; left > 0; left--) this.skipNumber();
  }

  skipName(): void {
    const length = this.number();
    this.at += length;
  }
}

export function sectionsOf(wasm: Uint8Array): readonly Section[] {
  const reader = new Reader(wasm, 8);
  const sections: Section[] = [];
  while (reader.at < wasm.length) {
    const id = reader.byte();
    const size = reader.number();
    sections.push({ id, from: reader.at, to: reader.at + size });
    reader.at += size;
  }
  return sections;
}

/** Unsigned LEB128. */
export function leb(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
