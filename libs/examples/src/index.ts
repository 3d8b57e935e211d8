export {
  orderInput,
  orderTaskDefs,
  type OrderTaskType,
  orderTypes,
  orderWorkers,
  orderWorkflowDef,
  type WorkerResult,
  type WorkerTask,
} from './order.js';
export { eventLine } from './print-event.js';
export { orderTasks } from './order-tasks.js';
