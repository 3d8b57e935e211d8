/** Prometheus metrics. What a part counts by itself is read when somebody asks, so that counting costs nothing on the way. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type Reading = Readonly<Record<string, number>>;

export class Metrics {
  readonly registry = new Registry();

  constructor(role: string) {
    this.registry.setDefaultLabels({ role });
    collectDefaultMetrics({ register: this.registry });
  }

  /** `read` gives current values by metric name (`dacapo_...`); the help text is the same for all of them. */
  add(names: readonly (readonly [name: string, help: string])[], read: () => Reading): void {
    for (const [name, help] of names) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers: [this.registry],
        collect: () => gauge.set(read()[name] ?? 0),
      });
    }
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
