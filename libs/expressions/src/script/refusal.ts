/**
 * How parser and interpreter leave from any depth; never seen outside, where results are returned. `syntax`: no JavaScript
 * at all; `unsupported`: left to the sandbox; `thrown`: what JavaScript would throw; `limit`: one of `limits.ts`.
 */
export class Refusal extends Error {
  constructor(
    readonly kind: 'syntax' | 'unsupported' | 'thrown' | 'limit',
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function unsupported(what: string): Refusal {
  return new Refusal('unsupported', `${what} is not supported by the small evaluator`);
}
