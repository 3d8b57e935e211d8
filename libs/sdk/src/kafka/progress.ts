/**
 * How far the tasks of one partition are. They end in any order; committed is what lies before the first that has not ended. A record that is
 * delivered again after a rebalance while it is still in hand is not begun twice.
 */
export class Progress {
  private readonly lost = new AbortController();
  private readonly open = new Set<number>();
  private readonly done = new Set<number>();
  private next: number | undefined;

  /** Aborted when the partition is somebody else's. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** False: it is in hand, or done. */
  begin(offset: number): boolean {
    this.next ??= offset;
    if (offset < this.next || this.open.has(offset) || this.done.has(offset)) return false;
    this.open.add(offset);
    return true;
  }

  end(offset: number): void {
    this.open.delete(offset);
    this.done.add(offset);
  }

  /** The offset to commit; undefined when there is nothing new. */
  get position(): number | undefined {
    if (this.next === undefined) return undefined;
    let position = this.next;
    for (const offset of this.done) position = Math.max(position, offset + 1);
    for (const offset of this.open) position = Math.min(position, offset);
    return position > this.next ? position : undefined;
  }

  committed(position: number): void {
    this.next = position;
    for (const offset of this.done) if (offset < position) this.done.delete(offset);
  }

  lose(): void {
    this.lost.abort();
  }
}
