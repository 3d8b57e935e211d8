/** So many at a time; the others wait in line. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private idle: (() => void)[] = [];
  private taken = 0;

  constructor(private readonly count: number) {}

  takeAtOnce(): boolean {
    if (this.taken >= this.count) return false;
    this.taken += 1;
    return true;
  }

  async take(): Promise<void> {
    if (!this.takeAtOnce()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  free(): void {
    const next = this.waiting.shift();
    if (next !== undefined) return next();
    this.taken -= 1;
    if (this.taken > 0) return;
    for (const resolve of this.idle) resolve();
    this.idle = [];
  }

  /** Resolves when nobody has one. */
  async allFree(): Promise<void> {
    if (this.taken > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }
}
