import { Gauge, type Registry } from 'prom-client';

import type { DeadLetters } from './dead-letters.js';

/** `dacapo_dead_letters_total` by cause. `read` is asked when somebody looks. */
export function addDeadLetterMetrics(registry: Registry, read: () => DeadLetters | undefined): void {
  const gauge: Gauge = new Gauge({
    name: 'dacapo_dead_letters_total',
    help: 'Dead letters written since the start, by cause',
    labelNames: ['code'],
    registers: [registry],
    collect: () => {
      for (const [code, count] of read()?.counts ?? []) gauge.set({ code }, count);
    },
  });
}
