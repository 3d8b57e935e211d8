/** The part of WebAssembly's JavaScript interface that is used here. TypeScript has it only together with the browser's. */
declare namespace WebAssembly {
  type ImportValue = Memory | ((...args: never[]) => unknown);

  class Module {
    private constructor();
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Global<T extends bigint | number> {
    private constructor();
    value: T;
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class RuntimeError extends Error {}

  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
  let instantiate: (bytes: Uint8Array, imports: object) => Promise<{ readonly instance: Instance }>;
}
