/** So many turns a second in all, however many share them. Who is late catches up. */
export class Pace {
  private readonly begin = performance.now();
  private taken = 0;

  constructor(private readonly perSecond: number) {}

  async turn(): Promise<void> {
    while (this.taken >= ((performance.now() - this.begin) * this.perSecond) / 1000)
      await new Promise((resolve) => setTimeout(resolve, 1));
    this.taken += 1;
  }
}
