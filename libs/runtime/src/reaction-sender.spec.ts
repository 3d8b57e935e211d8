import { type Command, type CommandNamed, DaCapoError, decodeCommand, encodeCommand } from '@dacapo/contracts';
import type { Reaction, StartRequest } from '@dacapo/engine';
import { MemoryDefinitionLog, MemoryJournal, VirtualClock } from '@dacapo/journal-memory';
import { sha256 } from '@dacapo/ports-testing';

import { Confirmations } from './confirmations.js';
import { DefinitionRegistry } from './definition-registry.js';
import { ReactionSender } from './reaction-sender.js';
import { aWorkflowDef, simple } from './testing/definitions.js';
import { FaultyJournal } from './testing/faulty-journal.js';
import { overriding } from './testing/temporary-store.js';
import { TestLog } from './testing/test-log.js';

describe('ReactionSender', () => {
  let journal: FaultyJournal;
  let definitions: MemoryDefinitionLog;
  let registry: DefinitionRegistry;
  let confirmations: Confirmations;
  let sender: ReactionSender;
  let log: TestLog;

  beforeEach(async () => {
    const clock = new VirtualClock();
    journal = new FaultyJournal(new MemoryJournal({ partitionCount: 1, clock }));
    definitions = new MemoryDefinitionLog();
    registry = new DefinitionRegistry(definitions, sha256, clock);
    await registry.start();
    log = new TestLog();
    confirmations = new Confirmations();
    sender = new ReactionSender(journal, registry, confirmations, log);
  });

  const request = (changes: Partial<StartRequest> = {}): StartRequest => ({
    kind: 'start-request',
    id: 'parent:3',
    workflowId: 'child',
    name: 'called',
    input: { n: 1 },
    parent: { workflowId: 'parent', taskId: 't' },
    requester: 'parent',
    ...changes,
  });

  /** What arrived in the journal; the commands are confirmed. */
  const sent = async (...reactions: readonly Reaction[]): Promise<readonly Command[]> => {
    const sending = sender.send(reactions);
    const claim = await journal.claim(0, 'test', { offset: 0, epoch: 0 });
    const received = await claim.commands(0).take(100);
    for (const { command } of received) confirmations.decided(command.id);
    await sending;
    return received.map(({ command }) => command);
  };

  it('gives the environment values that the definition asks for along', async () => {
    await registry.environment.put('REGION', 'north');
    await registry.putWorkflowDefs([
      aWorkflowDef('called', [
        simple('a', { inputParameters: { r: '${workflow.env.REGION}', n: '${workflow.env.NONE}' } }),
      ]),
    ]);
    expect(await sent(request())).toMatchObject([
      { type: 'StartWorkflow', data: { environment: { REGION: 'north' } } },
    ]);
  });

  it.each([
    ['the parent', {}, 'RecordChildRefusal', { taskId: 't' }],
    ['who wanted a failure workflow', { parent: undefined }, 'RecordFailureWorkflowRefusal', { name: 'called' }],
  ])('tells %s that the input does not satisfy the schema', async (_who, changes, type, data) => {
    const inputSchema = {
      name: 's',
      version: 1,
      type: 'JSON' as const,
      data: { required: ['sum'] },
      createTime: 0,
      updateTime: 0,
    };
    await registry.putWorkflowDefs([{ ...aWorkflowDef('called', [simple('a')]), inputSchema }]);
    const reason = 'Input of workflow called.1 does not satisfy schema s.1: sum is required';
    expect(await sent(request(changes))).toMatchObject([{ type, workflowId: 'parent', data: { ...data, reason } }]);
  });

  it('turns a request into a start on the digest of the definition', async () => {
    await registry.putWorkflowDefs([aWorkflowDef('called', [simple('a')])]);
    const { digest = '' } = (await registry.snapshotOf('called')) ?? {};
    const more = { correlationId: 'c', priority: 7, taskToDomain: { a: 'd' } };
    const [command] = await sent(request(more));
    expect(command).toEqual({
      type: 'StartWorkflow',
      version: 1,
      id: 'parent:3',
      workflowId: 'child',
      repeatable: true,
      data: {
        definition: digest,
        name: 'called',
        version: 1,
        input: { n: 1 },
        parent: { workflowId: 'parent', taskId: 't' },
        ...more,
      },
    });
    expect(decodeCommand(encodeCommand(command as Command))).toEqual(command);
  });

  it('takes the version that is asked for, else the latest', async () => {
    const versions = [1, 3, 2].map((version) => aWorkflowDef('called', [simple(`v${version}`)], { version }));
    await registry.putWorkflowDefs(versions);
    const commands = await sent(request({ version: 2 }), request({ id: 'other:3' }));
    expect(commands.map(({ data }) => (data as { version: number }).version)).toEqual([2, 3]);
  });

  it('registers an inline definition', async () => {
    const definition = { name: 'inline', version: 4, tasks: [simple('a')] };
    const [command] = await sent(request({ definition }));
    expect(command).toMatchObject({ type: 'StartWorkflow', data: { name: 'inline', version: 4 } });
    expect(registry.knows((command as CommandNamed<'StartWorkflow'>).data.definition)).toBe(true);
  });

  it('tells the parent that there is no such definition', async () => {
    const commands = await sent(request(), request({ id: 'parent:5', version: 9 }));
    const header = { type: 'RecordChildRefusal', workflowId: 'parent', repeatable: true };
    expect(commands).toMatchObject([
      {
        ...header,
        id: 'parent:3:refused',
        data: { taskId: 't', reason: 'No such workflow defined. name=called, version=latest' },
      },
      {
        ...header,
        id: 'parent:5:refused',
        data: { taskId: 't', reason: 'No such workflow defined. name=called, version=9' },
      },
    ]);
  });

  it.each([{ name: 'x', tasks: [] }, 'text', null, 7])(
    'tells the parent that %p is no definition',
    async (definition) => {
      expect(await sent(request({ definition }))).toMatchObject([{ type: 'RecordChildRefusal' }]);
    },
  );

  it('tells the workflow itself that its failure workflow could not be started', async () => {
    const { parent: _, ...failure } = request();
    expect(await sent(failure)).toMatchObject([
      { type: 'RecordFailureWorkflowRefusal', workflowId: 'parent', data: { name: 'called' } },
    ]);
  });

  it('passes commands on as they are', async () => {
    const command = {
      type: 'TerminateWorkflow',
      version: 1,
      id: 'p:5',
      workflowId: 'child',
      data: {},
      repeatable: true,
    } as const;
    expect(await sent({ kind: 'command', command })).toEqual([command]);
  });

  it('waits for the decisions where sending is not durable, and only there', async () => {
    let isDone = false;
    const sending = sender.send([request()]).then(() => (isDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    confirmations.decided('parent:3:refused');
    await sending;
    const durable = overriding<FaultyJournal>(journal, { isSendDurable: true as never });
    await new ReactionSender(durable, registry, confirmations, log).send([request()]);
  });

  it('rejects when it is not known whether they were sent', async () => {
    for (const fault of ['refused', 'unknown'] as const) {
      journal.sendFaults.push(fault);
      await expect(sender.send([request()])).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    }
  });

  it('lets nothing overtake a message to the same workflow that could not be sent', async () => {
    const told = (id: string, workflowId: string) => {
      const command = { type: 'TerminateWorkflow', version: 1, id, workflowId, data: {}, repeatable: true } as const;
      return [{ kind: 'command', command } as const];
    };
    journal.sendFaults.push('refused');
    const [start, end, other] = [[request()], told('p:5', 'child'), told('p:6', 'other')];
    const sendings = [start, end, other].map((batch) => sender.send(batch));
    for (const sending of sendings.slice(0, 2))
      await expect(sending).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    // Nor when it is tried again before it.
    await expect(sender.send(end)).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    const again = [start, end].map((batch) => sender.send(batch));
    const claim = await journal.claim(0, 'test', { offset: 0, epoch: 0 });
    await new Promise((resolve) => setImmediate(resolve));
    const received = (await claim.commands(0).take(100)).map(({ command }) => command.id);
    expect(received).toEqual(['p:6', 'parent:3:refused', 'p:5']);
    for (const id of received) confirmations.decided(id);
    await Promise.all([...again, sendings[2]]);
  });

  it('rejects, and tells nobody that there is no definition, while definitions cannot be stored', async () => {
    await registry.putWorkflowDefs([aWorkflowDef('called', [simple('a')])]);
    const away = overriding<DefinitionRegistry>(registry, {
      snapshotOf: () => Promise.reject(new DaCapoError('JOURNAL_UNAVAILABLE', 'away')),
    });
    const other = new ReactionSender(journal, away, confirmations, log);
    await expect(other.send([request()])).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
  });

  it('refuses, and says so, when a definition breaks something of ours', async () => {
    const broken = overriding<DefinitionRegistry>(registry, { snapshotOf: () => Promise.reject(new Error('ours')) });
    sender = new ReactionSender(journal, broken, confirmations, log);
    expect(await sent(request())).toMatchObject([
      { type: 'RecordChildRefusal', data: { reason: 'Error starting workflow called' } },
    ]);
    expect(log.said).toMatchObject([{ level: 'error', fields: { workflowId: 'child' } }]);
  });
});
