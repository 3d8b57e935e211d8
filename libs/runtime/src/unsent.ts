/** Batches of messages that could not be sent and will be tried again: nothing that comes later for one of their receivers may overtake them. */
export class Unsent<Batch extends object> {
  /** By receiver, in the order in which they were to be sent. */
  private readonly batches = new Map<string, Batch[]>();

  isBehind(batch: Batch, receivers: readonly string[]): boolean {
    return receivers.some((receiver) => (this.batches.get(receiver)?.[0] ?? batch) !== batch);
  }

  note(batch: Batch, receivers: readonly string[]): void {
    for (const receiver of receivers) {
      const waiting = this.batches.get(receiver) ?? [];
      if (!waiting.includes(batch)) this.batches.set(receiver, [...waiting, batch]);
    }
  }

  sent(batch: Batch, receivers: readonly string[]): void {
    if (this.batches.size === 0) return;
    for (const receiver of receivers) {
      const rest = this.batches.get(receiver)?.filter((each) => each !== batch) ?? [];
      if (rest.length === 0) this.batches.delete(receiver);
      else this.batches.set(receiver, rest);
    }
  }
}
