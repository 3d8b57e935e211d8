import type { DefinitionEntry, DefinitionLog, SecretCipher } from '@dacapo/ports';
import { sha256 } from '@dacapo/ports-testing';
import { MemoryDefinitionLog, MemoryDefinitions, VirtualClock } from '@dacapo/journal-memory';

import { DefinitionRegistry, type RegistryOptions } from './definition-registry.js';
import { aTaskDef, aWorkflowDef, simple, subWorkflow } from './testing/definitions.js';

describe('DefinitionRegistry', () => {
  let definitions: MemoryDefinitions;
  let clock: VirtualClock;
  let registry: DefinitionRegistry;

  beforeEach(async () => {
    definitions = new MemoryDefinitions();
    clock = new VirtualClock();
    registry = await opened();
  });

  const opened = async (log: DefinitionLog = new MemoryDefinitionLog(definitions)): Promise<DefinitionRegistry> => {
    const other = new DefinitionRegistry(log, sha256, clock);
    await other.start();
    return other;
  };
  const version = (n: number, name = 'wf'): ReturnType<typeof aWorkflowDef> =>
    aWorkflowDef(name, [simple('a')], { version: n });

  it('reads what it has written', async () => {
    await registry.putWorkflowDefs([version(1)]);
    await registry.putTaskDefs([aTaskDef('a')]);
    expect(registry.workflowDef('wf', 1)).toEqual(version(1));
    expect(registry.taskDef('a')).toEqual(aTaskDef('a'));
    expect(registry.taskDefs()).toEqual([aTaskDef('a')]);
  });

  it('reads what another process has written, before or after its own start', async () => {
    await registry.putWorkflowDefs([version(1)]);
    const other = await opened();
    expect(other.workflowDef('wf')).toEqual(version(1));
    await registry.putWorkflowDefs([version(2)]);
    expect(other.workflowDef('wf')).toEqual(version(2));
  });

  it('gives the latest version unless one is named', async () => {
    await registry.putWorkflowDefs([version(2), version(10), version(9)]);
    expect(registry.workflowDef('wf')?.version).toBe(10);
    expect(registry.workflowDef('wf', 2)?.version).toBe(2);
    expect(registry.workflowDef('wf', 3)).toBeUndefined();
    expect(registry.workflowDef('other')).toBeUndefined();
  });

  it('lists by name and version', async () => {
    await registry.putWorkflowDefs([version(2, 'b'), version(1, 'b'), version(1, 'a')]);
    expect(registry.workflowDefs().map(({ name, version: n }) => `${name}:${n}`)).toEqual(['a:1', 'b:1', 'b:2']);
    expect(registry.workflowDefs('b')).toHaveLength(2);
    expect(registry.workflowDefs('c')).toEqual([]);
  });

  it('forgets what is removed; the version below becomes the latest', async () => {
    await registry.putWorkflowDefs([version(1), version(2)]);
    await registry.putTaskDefs([aTaskDef('a')]);
    await registry.removeWorkflowDef('wf', 2);
    await registry.removeTaskDef('a');
    expect(registry.workflowDef('wf')?.version).toBe(1);
    expect(registry.taskDef('a')).toBeUndefined();
    await registry.removeWorkflowDef('wf', 1);
    expect(registry.workflowDef('wf')).toBeUndefined();
    expect(registry.workflowDefs()).toEqual([]);
    expect((await opened()).workflowDefs()).toEqual([]);
  });

  it('survives names with colons, and removing what is not there', async () => {
    await registry.putWorkflowDefs([version(1, 'a:b:2')]);
    expect(registry.workflowDef('a:b:2', 1)).toBeDefined();
    await registry.removeWorkflowDef('a:b', 2);
    expect(registry.workflowDef('a:b:2', 1)).toBeDefined();
  });

  describe('snapshots', () => {
    it('have one digest for one content, and are known under it', async () => {
      await registry.putWorkflowDefs([version(1)]);
      const first = await registry.snapshotOf('wf');
      expect(await registry.snapshotOf('wf', 1)).toEqual(first);
      expect(registry.knows(first?.digest ?? '')).toBe(true);
      expect(registry.content(first?.digest ?? '')?.tasks[0]?.taskDefinition?.name).toBe('a');
      expect(await registry.snapshotOf('wf', 7)).toBeUndefined();
      expect(registry.knows('nothing')).toBe(false);
    });

    it('get another digest when a task definition changes, and the old one when it changes back', async () => {
      await registry.putWorkflowDefs([version(1)]);
      await registry.putTaskDefs([aTaskDef('a')]);
      const before = await registry.snapshotOf('wf');
      await registry.putTaskDefs([aTaskDef('a', { retryCount: 7 })]);
      const after = await registry.snapshotOf('wf');
      expect(after?.digest).not.toBe(before?.digest);
      expect(registry.content(after?.digest ?? '')?.tasks[0]?.taskDefinition?.retryCount).toBe(7);
      expect(registry.content(before?.digest ?? '')?.tasks[0]?.taskDefinition?.retryCount).toBe(0);
      await registry.putTaskDefs([aTaskDef('a')]);
      expect(await registry.snapshotOf('wf')).toEqual(before);
    });

    it('get another digest when a newer sub-workflow is registered', async () => {
      await registry.putWorkflowDefs([version(1, 'child'), aWorkflowDef('parent', [subWorkflow('s', 'child')])]);
      const before = await registry.snapshotOf('parent');
      await registry.putWorkflowDefs([version(2, 'child')]);
      expect((await registry.snapshotOf('parent'))?.digest).not.toBe(before?.digest);
    });

    it('are not remembered from before a change that came while they were stored', async () => {
      const log = new HeldLog(definitions);
      registry = await opened(log);
      await registry.putWorkflowDefs([version(1)]);
      await registry.putTaskDefs([aTaskDef('a')]);
      const release = log.hold();
      const early = registry.snapshotOf('wf');
      await Promise.resolve();
      await (await opened()).putTaskDefs([aTaskDef('a', { retryCount: 7 })]);
      release();
      await early;
      const { digest = '' } = (await registry.snapshotOf('wf')) ?? {};
      expect(registry.content(digest)?.tasks[0]?.taskDefinition?.retryCount).toBe(7);
    });

    it('survive a restart', async () => {
      await registry.putWorkflowDefs([version(1)]);
      const before = await registry.snapshotOf('wf');
      await registry.removeWorkflowDef('wf', 1);
      const other = await opened();
      expect(other.knows(before?.digest ?? '')).toBe(true);
      expect(other.flow(before?.digest ?? '')?.first?.reference).toBe('a');
    });

    it('are compiled once', async () => {
      const digest = await registry.digestOf(version(1));
      expect(registry.flow(digest)).toBe(registry.flow(digest));
      expect(registry.flow('nothing')).toBeUndefined();
    });
  });

  describe('whenAllKnown', () => {
    it('does not wait for what is known', async () => {
      const digest = await registry.digestOf(version(1));
      await registry.whenAllKnown([digest], 1_000);
      await registry.whenAllKnown([], 1_000);
      expect(clock.next).toBeUndefined();
    });

    it('waits until the last one has come', async () => {
      const digests = [1, 2].map((n) => `d${n}`);
      let isDone = false;
      const waiting = registry.whenAllKnown(digests, 1_000).then(() => (isDone = true));
      await definitionsPut('digest:d1');
      await Promise.resolve();
      expect(isDone).toBe(false);
      await definitionsPut('digest:d2');
      await waiting;
      expect(clock.next).toBeUndefined();
    });

    it('does not wait for ever', async () => {
      const waiting = registry.whenAllKnown(['never'], 1_000);
      clock.advance(1_000);
      await waiting;
      expect(registry.knows('never')).toBe(false);
    });

    const definitionsPut = (key: string): Promise<void> =>
      new MemoryDefinitionLog(definitions).put([{ key, value: JSON.stringify(version(1)) }]);
  });

  it('says that it could not write', async () => {
    const log = new MemoryDefinitionLog(definitions);
    log.put = () => Promise.reject(new Error('full'));
    const other = await opened(log);
    await expect(other.putWorkflowDefs([version(1)])).rejects.toThrow('full');
    expect(other.workflowDef('wf')).toBeUndefined();
    await other.close();
  });

  describe('values', () => {
    const cipher: SecretCipher = {
      seal: (name, text) => `${name}|${Buffer.from(text).toString('hex')}`,
      open: (name, sealed) => {
        if (!sealed.startsWith(`${name}|`)) throw new Error('of another name');
        return Buffer.from(sealed.slice(name.length + 1), 'hex').toString();
      },
    };
    const withValues = async (options: RegistryOptions): Promise<DefinitionRegistry> => {
      const other = new DefinitionRegistry(new MemoryDefinitionLog(definitions), sha256, clock, options);
      await other.start();
      return other;
    };

    it('of the environment are kept, in front of those of the start, and read by other processes', async () => {
      const first = await withValues({ environment: { A: 'start', B: 'start' } });
      await first.environment.put('A', 'log');
      expect(first.environment.list()).toEqual([
        { name: 'A', value: 'log' },
        { name: 'B', value: 'start' },
      ]);
      expect(registry.environment.list()).toEqual([{ name: 'A', value: 'log' }]);
      expect((await opened()).environment.get('A')).toBe('log');
      expect(await first.environment.delete('A')).toBe(true);
      expect([first.environment.get('A'), registry.environment.get('A')]).toEqual(['start', undefined]);
      await expect(first.environment.delete('B')).rejects.toMatchObject({ code: 'SECRETS_READ_ONLY' });
      expect(await first.environment.delete('nobody')).toBe(false);
      expect(first.environment.get('toString')).toBeUndefined();
    });

    it('of secrets are on the log sealed only, and open with the key only', async () => {
      const keeper = await withValues({ secrets: { cipher } });
      await keeper.secrets.put('KEY', 'hidden-value');
      expect(JSON.stringify([...definitions.values])).not.toContain('hidden');
      expect(await keeper.secrets.get('KEY')).toBe('hidden-value');
      expect(keeper.secrets.values()).toEqual(['hidden-value']);
      expect(keeper.secrets.list()).toEqual([{ name: 'KEY', createTime: clock.now(), updateTime: clock.now() }]);
      expect(registry.secrets.list()).toHaveLength(1);
      expect(registry.secrets.values()).toEqual([]);
      await expect(registry.secrets.get('KEY')).rejects.toMatchObject({ code: 'SECRETS_READ_ONLY' });
      await expect(registry.secrets.put('KEY', 'x')).rejects.toThrow('DACAPO_SECRETS_KEY');
      expect(await keeper.secrets.delete('KEY')).toBe(true);
      expect(await keeper.secrets.get('KEY')).toBeUndefined();
      expect(keeper.secrets.values()).toEqual([]);
    });

    it('of short secrets are not looked for', async () => {
      const keeper = await withValues({ secrets: { cipher, base: { SHORT: '1234567', LONG: '12345678' } } });
      expect(keeper.secrets.values()).toEqual(['12345678']);
    });

    it('change no snapshot', async () => {
      await registry.putWorkflowDefs([version(1)]);
      const before = await registry.snapshotOf('wf');
      await registry.environment.put('A', 'x');
      expect(await registry.snapshotOf('wf')).toEqual(before);
    });

    it('are given to a start as its definition asks, at every level', async () => {
      const asked = await withValues({ environment: { A: '1', B: '2', C: '3', D: '4' }, environmentNames: ['D'] });
      const nested = simple('b', { inputParameters: { x: { y: ['${workflow.env.B}'] } } });
      const choice = {
        ...simple('s'),
        type: 'SWITCH',
        decisionCases: { one: [nested, simple('c', { inputParameters: { d: '${D}', c: '${C}' } })] },
        evaluatorType: 'value-param',
        expression: 'v',
      };
      const definition = aWorkflowDef('asks', [choice], {
        outputParameters: { a: 'at ${workflow.env.A}' },
      });
      expect(asked.environmentFor(await asked.digestOf(definition))).toEqual({ A: '1', B: '2', '${D}': '4' });
      const open = aWorkflowDef('open', [
        simple('a', { inputParameters: { v: '${workflow.env.${workflow.input.n}}' } }),
      ]);
      expect(asked.environmentFor(await asked.digestOf(open))).toEqual({ A: '1', B: '2', C: '3', D: '4' });
      expect(asked.environmentFor(await asked.digestOf(version(1)))).toBeUndefined();
      expect(asked.environmentFor('unknown')).toBeUndefined();
    });
  });
});

/** A definition log whose puts wait in front of the disk until they are let go. */
class HeldLog extends MemoryDefinitionLog {
  private gate: Promise<void> = Promise.resolve();

  hold(): () => void {
    let release: () => void = () => undefined;
    this.gate = new Promise((resolve) => (release = resolve));
    return release;
  }

  override async put(entries: readonly DefinitionEntry[]): Promise<void> {
    await this.gate;
    await super.put(entries);
  }
}
