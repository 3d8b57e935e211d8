/**
 * The order that a newcomer sees: charge (the first try fails and is retried), a fork (reserve stock, notify the customer), a SWITCH on the
 * country, a WAIT of a second, and a shipment. Conductor's own JSON: it would run on Conductor too.
 */
export const orderTypes = ['charge_card', 'reserve_stock', 'notify_customer', 'ship_domestic', 'ship_abroad'] as const;
export type OrderTaskType = (typeof orderTypes)[number];

/** `delivery`: how the tasks reach their workers; `kafka` is an extension that Conductor ignores. */
export function orderTaskDefs(delivery: 'poll' | 'kafka'): readonly object[] {
  return orderTypes.map((name) => ({
    name,
    retryCount: 3,
    retryLogic: 'EXPONENTIAL_BACKOFF',
    retryDelaySeconds: 1,
    responseTimeoutSeconds: 30,
    delivery,
  }));
}

const simple = (name: OrderTaskType, reference: string, inputParameters: object): object => ({
  name,
  taskReferenceName: reference,
  type: 'SIMPLE',
  inputParameters,
});

export const orderWorkflowDef = {
  name: 'order',
  description: 'Charge, reserve, notify, ship',
  version: 1,
  schemaVersion: 2,
  timeoutSeconds: 3600,
  timeoutPolicy: 'TIME_OUT_WF',
  tasks: [
    simple('charge_card', 'charge', { orderId: '${workflow.input.orderId}', cents: '${workflow.input.cents}' }),
    {
      name: 'prepare',
      taskReferenceName: 'prepare',
      type: 'FORK_JOIN',
      forkTasks: [
        [simple('reserve_stock', 'reserve', { items: '${workflow.input.items}' })],
        [
          simple('notify_customer', 'notify', {
            text: 'Order ${workflow.input.orderId} is paid: ${charge.output.receipt}',
          }),
        ],
      ],
    },
    { name: 'prepared', taskReferenceName: 'prepared', type: 'JOIN', joinOn: ['reserve', 'notify'] },
    { name: 'pack', taskReferenceName: 'pack', type: 'WAIT', inputParameters: { duration: '1 seconds' } },
    {
      name: 'route',
      taskReferenceName: 'route',
      type: 'SWITCH',
      evaluatorType: 'value-param',
      expression: 'country',
      inputParameters: { country: '${workflow.input.country}' },
      decisionCases: { DE: [simple('ship_domestic', 'ship', { from: '${reserve.output.warehouse}' })] },
      defaultCase: [
        simple('ship_abroad', 'ship_abroad', {
          from: '${reserve.output.warehouse}',
          country: '${workflow.input.country}',
        }),
      ],
    },
  ],
  outputParameters: {
    receipt: '${charge.output.receipt}',
    parcel: '${ship.output.parcel}',
    warehouse: '${reserve.output.warehouse}',
  },
} as const;

export function orderInput(orderId: string): Readonly<Record<string, unknown>> {
  return { orderId, cents: 4200, country: 'DE', items: ['score', 'baton'] };
}

export type WorkerResult =
  | { readonly status: 'COMPLETED'; readonly outputData: Readonly<Record<string, unknown>> }
  | { readonly status: 'FAILED'; readonly reasonForIncompletion: string };

/** What a worker of the example needs of Conductor's Task. */
export interface WorkerTask {
  readonly retryCount: number;
  readonly inputData: Readonly<Record<string, unknown>>;
}

const done = (outputData: Readonly<Record<string, unknown>>): WorkerResult => ({ status: 'COMPLETED', outputData });

export const orderWorkers: Readonly<Record<OrderTaskType, (task: WorkerTask) => WorkerResult>> = {
  charge_card: ({ retryCount, inputData }) =>
    retryCount === 0
      ? { status: 'FAILED', reasonForIncompletion: 'The bank did not answer' }
      : done({ receipt: `receipt-${String(inputData['orderId'])}` }),
  reserve_stock: () => done({ warehouse: 'Leipzig' }),
  notify_customer: () => done({ sent: true }),
  ship_domestic: ({ inputData }) => done({ parcel: `parcel from ${String(inputData['from'])}` }),
  ship_abroad: ({ inputData }) => done({ parcel: `parcel to ${String(inputData['country'])}` }),
};
