/** How values go onto their topics where a schema registry is used: behind the frame that names their schema (contracts, framing.ts). */
export interface ValueFraming {
  /**
   * The frame and the JSON. At once, because schemas are registered before a role begins to work: no lane ever waits for a registry.
   * `subject` is a `schemaSubject`. Throws INVARIANT_BROKEN for one that was not registered.
   */
  frame(subject: string, json: string): Buffer;
}
