export { ApiModule } from './api.module.js';
export { errorBody, type ErrorBody, errorBodyOf } from './errors/error-body.js';
export { InvalidRequest } from './errors/request-error.js';
export { statusOfKind } from './errors/status.js';
export { type ApiOptions, ask, positionHeader } from './gateway.js';
export { configureHttp, createHttpAdapter, type HttpOptions, type HttpResponse } from './http/configure-http.js';
export { masked, maskedEventData, maskedNames, maskedTask, maskedWorkflow } from './mask/mask.js';
export { redacted, redactedResult } from './mask/redact.js';
export { readJson } from './json/read-json.js';
export { limits as apiLimits } from './limits.js';
export { type Definitions, definitionText, workflowTaskText } from './task/definition-texts.js';
export {
  type CommandOptions,
  parseTaskResult,
  type ResultStatus,
  type TaskResult,
  taskResultCommand,
} from './task/task-result.js';
export { taskText, toTask } from './task/to-task.js';
export { uuidV7 } from './uuid-v7.js';
export { startForTask } from './workflow/start-for-task.js';
export { parseStartRequest, startCommand, type StartOptions, type StartRequest } from './workflow/start-request.js';
export { idempotentId, startWorkflow } from './workflow/start-workflow.js';
export { toSummary } from './workflow/to-summary.js';
export { workflowText } from './workflow/to-workflow.js';
