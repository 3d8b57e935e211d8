export { projectTask, taskOf } from './project-task.js';
export { type Place, projectWorkflow } from './project-workflow.js';
