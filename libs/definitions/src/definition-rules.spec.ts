import { aTask, aWorkflow, messages, parsed, refusals } from './testing/builders.js';

const fork = (reference: string, ...branches: unknown[][]) =>
  aTask(reference, { type: 'FORK_JOIN', forkTasks: branches });
const join = (reference: string, ...joinOn: string[]) => aTask(reference, { type: 'JOIN', joinOn });
const unique = (reference: string) =>
  `taskReferenceName: ${reference} should be unique across tasks for a given workflowDefinition: wf`;

describe('reference names', () => {
  it.each([
    ['side by side', [aTask('a'), aTask('a')], 'tasks[1].taskReferenceName'],
    ['in a branch', [aTask('a'), fork('f', [aTask('a')])], 'tasks[1].forkTasks[0][0].taskReferenceName'],
    ['in a loop', [aTask('l', { loopOver: [aTask('a')] }), aTask('a')], 'tasks[1].taskReferenceName'],
    [
      'in a case',
      [aTask('s', { decisionCases: { x: [aTask('s')] } })],
      'tasks[0].decisionCases[x][0].taskReferenceName',
    ],
    ['in the default', [aTask('s', { defaultCase: [aTask('s')] })], 'tasks[0].defaultCase[0].taskReferenceName'],
  ])('must be unique %s', (_where, tasks, path) => {
    const [violation, ...others] = refusals(...tasks);
    expect(violation).toMatchObject({ path, message: unique(violation!.invalidValue!) });
    expect(others).toEqual([]);
    expect(refusals(...tasks)).toHaveLength(1);
  });

  it('may repeat inside an inline sub-workflow', () => {
    const inline = aWorkflow([aTask('a')], { name: 'child' });
    expect(messages(aTask('a', { type: 'SUB_WORKFLOW', subWorkflowParam: { workflowDefinition: inline } }))).toEqual(
      [],
    );
  });
});

describe('JOIN', () => {
  const later = (reference: string) => `JOIN j waits for ${reference}, which starts only after it`;
  const unknown = (reference: string) =>
    `JOIN j waits for ${reference}, which is not a task of this workflow definition`;

  it.each([
    ['an unknown task', [fork('f', [aTask('a')]), join('j', 'a', 'b')], [unknown('b')]],
    ['an object property', [join('j', 'toString')], [unknown('toString')]],
    ['a prototype', [join('j', '__proto__')], [unknown('__proto__')]],
    ['itself', [join('j', 'j')], ['JOIN j waits for j, which is itself']],
    ['a later task', [join('j', 'z'), aTask('z')], [later('z')]],
    ['a task inside a later one', [join('j', 'z'), fork('f', [aTask('z')])], [later('z')]],
    ['a task after the one around it', [fork('f', [join('j', 'z')]), aTask('z')], [later('z')]],
    ['a task of another branch', [fork('f', [join('j', 'z')], [aTask('z')])], []],
    ['an earlier task', [aTask('z'), join('j', 'z')], []],
    ['the branches of a fork', [fork('f', [aTask('a')], [aTask('b')]), join('j', 'a', 'b')], []],
    ['nothing', [fork('f', [aTask('a')]), join('j')], []],
  ])('on %s', (_what, tasks, expected) => {
    expect(messages(...tasks)).toEqual(expected);
    expect(messages(...tasks)).toEqual(expected);
  });

  it('says which entry is at fault', () => {
    expect(refusals(aTask('a'), join('j', 'a', 'b'))[0]).toMatchObject({
      path: 'tasks[1].joinOn[1]',
      invalidValue: 'b',
    });
  });

  it('after a dynamic fork is not checked, because the fork replaces its list', () => {
    const dynamic = aTask('d', { type: 'FORK_JOIN_DYNAMIC', inputParameters: { forkTaskInputs: [] } });
    expect(messages(dynamic, join('j', 'made_later'))).toEqual([]);
  });

  it('may follow a sub-workflow of the workflow itself, which has its limit at run time', () => {
    const child = aTask('c', { type: 'SUB_WORKFLOW', subWorkflowParam: { name: 'wf', version: 1 } });
    expect(messages(fork('f', [child]), join('j', 'c'))).toEqual([]);
  });

  it('missing after a fork is left for run time, as in Conductor', () => {
    expect(messages(fork('f', [aTask('a')]))).toEqual([]);
  });
});

describe('EXCLUSIVE_JOIN', () => {
  const exclusive = (reference: string, joinOn: string[], defaultExclusiveJoinTask: string[] = []) =>
    aTask(reference, { type: 'EXCLUSIVE_JOIN', joinOn, defaultExclusiveJoinTask });
  const unknown = 'EXCLUSIVE_JOIN e waits for no, which is not a task of this workflow definition';

  it.each([
    ['an unknown task', [exclusive('e', ['no'])], [unknown]],
    ['an unknown default', [aTask('a'), exclusive('e', ['a'], ['no'])], [unknown]],
    ['itself', [exclusive('e', ['e'])], ['EXCLUSIVE_JOIN e waits for e, which is itself']],
    ['a later task', [exclusive('e', ['z']), aTask('z')], ['EXCLUSIVE_JOIN e waits for z, which starts only after it']],
    ['earlier tasks', [aTask('a'), aTask('b'), exclusive('e', ['a'], ['b'])], []],
    ['nothing', [exclusive('e', [])], []],
  ])('on %s', (_what, tasks, expected) => {
    expect(messages(...tasks)).toEqual(expected);
  });

  it('says which entry is at fault', () => {
    expect(refusals(aTask('a'), exclusive('e', ['a'], ['a', 'no']))[0]).toMatchObject({
      path: 'tasks[1].defaultExclusiveJoinTask[1]',
      invalidValue: 'no',
    });
  });
});

describe('expressions in inputParameters', () => {
  const withInput = (inputParameters: unknown) =>
    messages(aTask('a', { name: 'n' }), aTask('b', { name: 'task', inputParameters }));
  const notDefined = (root: string, key: string, text: string) =>
    `taskReferenceName: ${root} for given task: task input value: ${key} of input parameter: ${text} is not defined in workflow definition.`;

  it.each([
    [{ k: '${workflow.input.x}' }, []],
    [{ k: '${a.output.x}' }, []],
    [{ k: '${b.output.x}' }, []],
    [{ k: '${CPEWF_TASK_ID} ${NETFLIX_ENV} ${NETFLIX_STACK}' }, []],
    [{ k: '$${no.such}' }, []],
    [{ k: 'no expression', n: 1, t: true }, []],
    [{ k: '${no.such}' }, [notDefined('no', 'k', '${no.such}')]],
    [{ k: 'x ${a.output} ${no.such}' }, [notDefined('no', 'k', 'x ${a.output} ${no.such}')]],
    [{ k: { inner: ['${no.such}'] } }, [notDefined('no', 'inner', '${no.such}')]],
    [{ k: ['${no.a}', { d: '${no.b}' }] }, [notDefined('no', 'k', '${no.a}'), notDefined('no', 'd', '${no.b}')]],
    [{ k: '${toString.x}' }, [notDefined('toString', 'k', '${toString.x}')]],
    [{ k: '${a.output[}' }, ['key: k input parameter value: a.output[ is not valid']],
    [{ k: '${a.output[${b.output.k}]}' }, []],
    [{ k: '${${a.output.name}.output}' }, []],
    [{ k: '${a.output[${no.such}]}' }, [notDefined('no', 'k', '${a.output[${no.such}]}')]],
    [{ k: '${no.output[${a.output.k}]}' }, [notDefined('no', 'k', '${no.output[${a.output.k}]}')]],
    [{ k: '${}' }, []],
    [{ k: '${unclosed' }, []],
    [{ k: null }, ['key: k input parameter value: is null']],
    [{ k: { inner: null } }, []],
  ])('%j', (input, expected) => {
    expect(withInput(input)).toEqual(expected);
    expect(withInput(input)).toEqual(expected);
  });

  it('may name one turn of a task in a loop', () => {
    const loop = (input: unknown) =>
      messages(aTask('l', { loopOver: [aTask('a__b')] }), aTask('b', { name: 'task', inputParameters: { k: input } }));
    expect(loop('${a__b__2.output.x} ${a__b__1__12.output}')).toEqual([]);
    for (const text of ['${a__b__0}', '${a__2}', '${a__b__x}', '${a__b__}', '${__2}'])
      expect(loop(text)).toEqual([notDefined(text.slice(2, -1), 'k', text)]);
  });

  it('are checked in top-level tasks only', () => {
    expect(messages(fork('f', [aTask('a', { inputParameters: { k: '${no.such}', n: null } })]))).toEqual([]);
  });

  it('may name a nested task', () => {
    expect(
      parsed(aWorkflow([fork('f', [aTask('a')]), aTask('b', { inputParameters: { k: '${a.output}' } })])).tasks,
    ).toHaveLength(2);
  });
});
