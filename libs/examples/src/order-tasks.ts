/** The order's workers as tasks of the SDK's Kafka worker. */
import type { KafkaTask } from '@dacapo/sdk/kafka';

import { orderWorkers } from './order.js';

export const orderTasks: readonly KafkaTask[] = Object.entries(orderWorkers).map(([name, work]) => ({
  name,
  run: (_input, { task }) => {
    const result = work(task);
    if (result.status === 'FAILED') throw new Error(result.reasonForIncompletion);
    return result.outputData;
  },
}));
