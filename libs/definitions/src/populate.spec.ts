import { adHocTaskDef, defaultTaskDef } from './defaults.js';
import type { JsonMap, TaskDef } from './model.js';
import { parseTaskDef } from './parse-task-def.js';
import { populate, type DefinitionLookups } from './populate.js';
import { aTask, aWorkflow, parsed } from './testing/builders.js';
import { allTasks } from './walk.js';

const NOTHING: DefinitionLookups = { taskDef: () => undefined, latestVersion: () => undefined };

function aTaskDef(fields: JsonMap): TaskDef {
  const result = parseTaskDef(fields);
  if (!result.ok) throw new Error('not a task definition');
  return result.value;
}

describe('allTasks', () => {
  const def = parsed(
    aWorkflow([
      aTask('s', { decisionCases: { x: [aTask('a')], y: [aTask('b'), aTask('c')] }, defaultCase: [aTask('d')] }),
      aTask('f', { forkTasks: [[aTask('e')], [aTask('g', { loopOver: [aTask('h')] })]] }),
    ]),
  );

  it('yields every task with its path, the outer before the inner', () => {
    expect([...allTasks(def)].map(({ task, path }) => [task.taskReferenceName, path])).toEqual([
      ['s', 'tasks[0]'],
      ['a', 'tasks[0].decisionCases[x][0]'],
      ['b', 'tasks[0].decisionCases[y][0]'],
      ['c', 'tasks[0].decisionCases[y][1]'],
      ['d', 'tasks[0].defaultCase[0]'],
      ['f', 'tasks[1]'],
      ['e', 'tasks[1].forkTasks[0][0]'],
      ['g', 'tasks[1].forkTasks[1][0]'],
      ['h', 'tasks[1].forkTasks[1][0].loopOver[0]'],
    ]);
  });

  it('gives every one of them a task definition once populated', () => {
    const definitions = [...allTasks(populate(def, NOTHING))].map(({ task }) => task.taskDefinition?.name);
    expect(definitions).toEqual(['s', 'a', 'b', 'c', 'd', 'f', 'e', 'g', 'h']);
    expect(def.tasks[0]).not.toHaveProperty('taskDefinition');
  });
});

describe('populate', () => {
  const registered = aTaskDef({ name: 'a', retryCount: 7 });
  const lookups: DefinitionLookups = {
    taskDef: (name) => (name === 'a' ? registered : undefined),
    latestVersion: (name) => (name === 'child' ? 5 : undefined),
  };
  const only = (task: JsonMap) => populate(parsed(aWorkflow([task])), lookups).tasks[0]!;

  it('prefers the embedded definition, then the registered one', () => {
    expect(only(aTask('a', { taskDefinition: { name: 'a', retryCount: 1 } })).taskDefinition!.retryCount).toBe(1);
    expect(only(aTask('a')).taskDefinition).toBe(registered);
  });

  it('makes up the rest: retries for SIMPLE, none for other types', () => {
    expect(only(aTask('b')).taskDefinition).toEqual(aTaskDef({ name: 'b' }));
    expect(only(aTask('b', { type: 'NOOP' })).taskDefinition).toMatchObject({
      retryCount: 0,
      responseTimeoutSeconds: 0,
    });
    expect(defaultTaskDef('b')).toEqual(aTaskDef({ name: 'b' }));
    expect(adHocTaskDef('b', 'SIMPLE')).toMatchObject({ retryCount: 3, retryDelaySeconds: 60, retryLogic: 'FIXED' });
  });

  it('leaves a DYNAMIC task alone, whose name is a value', () => {
    const task = { type: 'DYNAMIC', dynamicTaskNameParam: 'x' };
    expect(only(aTask('a', task))).not.toHaveProperty('taskDefinition');
    expect(only(aTask('a', { ...task, taskDefinition: { retryCount: 1 } })).taskDefinition!.retryCount).toBe(1);
  });

  it('changes nothing the second time', () => {
    const once = populate(parsed(aWorkflow([aTask('a'), aTask('b', { type: 'NOOP' })])), lookups);
    expect(populate(once, NOTHING)).toEqual(once);
    expect(parsed(once)).toEqual(once);
  });

  it.each([
    [{ name: 'child' }, 5],
    [{ name: 'child', version: 2 }, 2],
    [{ name: 'unknown' }, undefined],
    [{ name: '${workflow.input.n}' }, undefined],
    [{ name: 'child', workflowDefinition: '${workflow.input.d}' }, undefined],
    [{ workflowDefinition: { name: 'child', version: 9, tasks: [] } }, 9],
  ])('freezes the version of the sub-workflow %j', (subWorkflowParam, version) => {
    const task = aTask('s', { type: 'SUB_WORKFLOW', subWorkflowParam });
    expect(only(task).subWorkflowParam!.version).toBe(version);
    expect(only(task).subWorkflowParam!.version).toBe(version);
  });
});
