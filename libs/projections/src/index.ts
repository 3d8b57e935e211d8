export { type OwnOutputs, projectTask, taskOf, tasksOf } from './project-task.js';
export { type Place, projectWorkflow } from './project-workflow.js';
