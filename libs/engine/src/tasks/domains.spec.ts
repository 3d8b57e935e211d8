import { aWorkflow, fork, join, simple, wait } from '../testing/definitions.js';
import { given } from '../testing/specification.js';
import { claim, fail, parkPoll, progress, start } from '../testing/steps.js';

const workflow = aWorkflow().withTask(simple('a'));
const claimIn =
  (domain: string) =>
  (run: Parameters<ReturnType<typeof claim>>[0]): ReturnType<ReturnType<typeof claim>> =>
    run.send('ClaimTask', { taskId: run.idOf('a'), workerId: 'w', domain });

describe('A21 domains with fallbacks', () => {
  it.each<
    [
      what: string,
      taskToDomain: Readonly<Record<string, string>>,
      domain: string | undefined,
      domains: readonly string[] | undefined,
    ]
  >([
    ['one domain is no list', { a: 'blue' }, 'blue', undefined],
    ['a list keeps its order', { '*': 'green, blue' }, 'blue', ['green', 'blue']],
    ['the type before all', { a: 'blue', '*': 'x,y' }, 'blue', undefined],
    ['none at last', { a: 'blue,no_domain' }, undefined, ['blue', 'NO_DOMAIN']],
    ['none alone', { a: 'NO_DOMAIN' }, undefined, undefined],
    ['empty entries do not count', { a: ' ,blue,,' }, 'blue', undefined],
    ['nothing at all', { a: '' }, undefined, undefined],
  ])('%s', (_what, taskToDomain, domain, domains) => {
    const { run } = given(workflow, [start({}, { taskToDomain })]);
    expect([run.task('a').domain, run.task('a').domains]).toEqual([domain, domains]);
  });

  it('tasks of the server have none', () => {
    const { run } = given(aWorkflow().withTask(fork('f', [wait('w')], [simple('a')]), join('j', ['w', 'a'])), [
      start({}, { taskToDomain: { '*': 'x,blue' } }),
    ]);
    const domains = ['f', 'w', 'j', 'a'].map((reference) => run.task(reference).domain);
    expect(domains).toEqual([undefined, undefined, undefined, 'blue']);
  });

  const several = [start({}, { taskToDomain: { a: 'green,NO_DOMAIN,blue' } })];

  it.each<[domain: string, recorded: string | undefined, shown: string | undefined]>([
    ['green', 'green', 'green'],
    ['', '', undefined],
    ['blue', 'blue', 'blue'],
    ['red', undefined, 'blue'],
  ])('a claim in %j is recorded with it', (domain, recorded, shown) => {
    const { run } = given(workflow, several);
    const [record] = claimIn(domain)(run);
    const data = record?.event.data as { readonly domain?: string } | undefined;
    expect(data?.domain).toBe(recorded);
    expect(run.task('a').domain).toBe(shown);
  });

  it('a task with one domain keeps it, whatever the claim says', () => {
    const { run } = given(workflow, [start({}, { taskToDomain: { a: 'blue' } }), claimIn('red')]);
    expect(run.task('a').domain).toBe('blue');
  });

  it('may be offered in all of them again when its worker gives it back, and in the next attempt', () => {
    given(workflow, [...several, claimIn('green'), progress('a')]).thenTask('a', {
      domains: ['green', 'NO_DOMAIN', 'blue'],
    });
    given(aWorkflow().withTask(simple('a', { retryCount: 1 })), [...several, claimIn('green'), fail('a')]).thenTask(
      'a',
      {
        retryCount: 1,
        domain: 'blue',
        domains: ['green', 'NO_DOMAIN', 'blue'],
      },
    );
  });

  it('a parked poll of the first choice gets it before one of the second', () => {
    given(workflow, [parkPoll('a', 'w2', 'blue'), parkPoll('a', 'w1', 'green')])
      .when(start({}, { taskToDomain: { a: 'green,blue' } }))
      .then(['WorkflowStarted', 'TaskScheduled a', ['TaskStarted a', { workerId: 'w1', domain: 'green' }]]);
  });
});
