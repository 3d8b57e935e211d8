/** What the scenarios share: definitions in few words, and a workflow's life through the published client. */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';

const ended = new Set(['COMPLETED', 'FAILED', 'TIMED_OUT', 'TERMINATED']);

export const task = (type, reference, fields = {}) => ({
  name: reference,
  taskReferenceName: reference,
  type,
  inputParameters: {},
  ...fields,
});

/** Workers of three kinds, whose definitions the runner registers: what they do stands in their input. */
export const echo = (reference, input = {}, fields = {}) =>
  task('SIMPLE', reference, { name: 'echo', inputParameters: input, ...fields });
export const flaky = (reference, failures, fields = {}) =>
  task('SIMPLE', reference, { name: 'flaky', inputParameters: { failures }, ...fields });
export const doomed = (reference, fields = {}) => task('SIMPLE', reference, { name: 'doomed', ...fields });
/** A task that no worker takes: the scenario ends it itself. */
export const byHand = (reference, fields = {}) => task('SIMPLE', reference, { name: 'by_hand', ...fields });

export const setVariable = (reference, variables) => task('SET_VARIABLE', reference, { inputParameters: variables });
export const wait = (reference, input = {}) => task('WAIT', reference, { inputParameters: input });
export const join = (reference, joinOn, fields = {}) => task('JOIN', reference, { joinOn, ...fields });
export const fork = (reference, ...branches) => task('FORK_JOIN', reference, { forkTasks: branches });
export const switchOn = (reference, value, cases, fields = {}) =>
  task('SWITCH', reference, {
    evaluatorType: 'value-param',
    expression: 'on',
    inputParameters: { on: value },
    decisionCases: cases,
    ...fields,
  });
export const terminate = (reference, status, more = {}) =>
  task('TERMINATE', reference, { inputParameters: { terminationStatus: status, ...more } });
export const subWorkflow = (reference, name, input = {}, more = {}) =>
  task('SUB_WORKFLOW', reference, { inputParameters: input, subWorkflowParam: { name, ...more } });

export async function until(what, read, isGood, patienceMs = 20_000) {
  for (const deadline = Date.now() + patienceMs; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    const value = await read();
    if (isGood(value)) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; last seen: ${JSON.stringify(value)}`);
  }
}

export class Scenario {
  workflowIds = [];

  constructor(name, clients, url) {
    this.name = name;
    this.url = url;
    this.workflows = clients.getWorkflowClient();
    this.tasks = clients.getTaskClient();
    this.metadata = clients.getMetadataClient();
  }

  /** Registers a definition of the scenario's own; `suffix` tells several apart. Returns its name. */
  async define(tasks, fields = {}, suffix = '') {
    const name = `${this.name}${suffix}`.replaceAll(/[^a-zA-Z0-9]+/g, '_');
    const definition = { name, version: 1, schemaVersion: 2, timeoutSeconds: 0, tasks, ...fields };
    await this.metadata.registerWorkflowDef(definition, true);
    return name;
  }

  async start(name, input = {}, more = {}) {
    const id = await this.workflows.startWorkflow({ name, version: 1, input, ...more });
    this.workflowIds.push(id);
    return id;
  }

  /** Defines, starts and returns the id. */
  async run(tasks, input = {}, fields = {}) {
    return this.start(await this.define(tasks, fields), input);
  }

  read(id) {
    return this.workflows.getWorkflow(id, true);
  }

  async ended(id, status = 'COMPLETED') {
    const execution = await until(
      `the end of ${this.name}`,
      () => this.find(id),
      (workflow) => ended.has(workflow?.status),
    );
    strictEqual(execution.status, status, execution.reasonForIncompletion);
    return execution;
  }

  /** The workflow when its task stands so. */
  async reached(id, reference, status) {
    return until(
      `${reference} ${status} in ${this.name}`,
      () => this.read(id),
      (workflow) => taskOf(workflow, reference)?.status === status,
    );
  }

  /** The child workflow of a SUB_WORKFLOW task, when it runs. */
  async child(id, reference = 's') {
    return until(
      `the child of ${this.name}`,
      async () => {
        const { subWorkflowId } = taskOf(await this.read(id), reference) ?? {};
        return subWorkflowId && this.find(subWorkflowId);
      },
      (workflow) => workflow?.status === 'RUNNING',
    );
  }

  /** Undefined when it is not there, or not yet. */
  find(id) {
    return this.read(id).catch(() => undefined);
  }

  async end(id, reference, status = 'COMPLETED', output = {}) {
    await until(
      `${reference} to be open in ${this.name}`,
      () => this.read(id),
      (workflow) => ['SCHEDULED', 'IN_PROGRESS'].includes(taskOf(workflow, reference)?.status),
    );
    return this.workflows.updateTaskByRefName(reference, id, status, output);
  }

  /** What the client throws. */
  async refusal(call, pattern) {
    try {
      await call();
    } catch ({ message }) {
      match(message, pattern);
      return;
    }
    throw new Error(`${this.name}: nothing was refused`);
  }

  /** Our own reads, which no client knows. */
  async get(path) {
    const response = await fetch(`${this.url}/api${path}`);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** The latest attempt. */
export function taskOf(workflow, reference) {
  return workflow.tasks.findLast(({ referenceTaskName }) => referenceTaskName === reference);
}

/** `a COMPLETED, b FAILED`: the whole execution in one line. */
export function line(workflow) {
  return workflow.tasks.map(({ referenceTaskName, status }) => `${referenceTaskName} ${status}`).join(', ');
}

export { deepStrictEqual as same, match, ok, strictEqual as is };
