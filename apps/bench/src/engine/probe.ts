/** How others fare: small workflows, one after the other with a pause between them, until it is told to end. */
import { Caller, quantile, rounded, task } from './kit.js';

const pauseMs = 5;
const name = 'bench_probe';

export class Probe {
  private readonly latencies: number[] = [];
  private isEnding = false;
  private readonly running: Promise<void>;

  private constructor(private readonly caller: Caller) {
    this.running = this.run();
  }

  static async begin(base: URL): Promise<Probe> {
    const caller = await Caller.open(base);
    await caller.define(name, [task('SET_VARIABLE', 'v', { inputParameters: { n: 1 } })]);
    return new Probe(caller);
  }

  get count(): number {
    return this.latencies.length;
  }

  /** Milliseconds from a start to its answer: the workflow has ended by then. */
  async end(): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> {
    this.isEnding = true;
    await this.running;
    this.caller.close();
    return { p50Ms: rounded(quantile(this.latencies, 0.5)), p99Ms: rounded(quantile(this.latencies, 0.99)) };
  }

  private async run(): Promise<void> {
    while (!this.isEnding) {
      const begin = performance.now();
      await this.caller.start(name);
      this.latencies.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
