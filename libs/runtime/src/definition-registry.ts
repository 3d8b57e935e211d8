/**
 * All definitions in memory, kept up to date by following their log. What a workflow runs on is the content under its digest; name and
 * version are pointers that may move. A snapshot (a definition with its task definitions embedded) is registered the first time it is used.
 */
import type { Hash, Limits, TaskDocument } from '@dacapo/contracts';
import { askedByDefinition, canonicalJson, populate, type TaskDef, type WorkflowDef } from '@dacapo/definitions';
import { compileFlow, type Flow, limitsOf } from '@dacapo/engine';
import type { Clock, DefinitionEntry, DefinitionLog, EnvironmentStore, SecretStore } from '@dacapo/ports';

import type { HandOutRights } from './hand-out.js';
import { LogEnvironment } from './log-environment.js';
import { LogSecrets, type SecretOptions } from './log-secrets.js';
import { startEnvironment } from './start-environment.js';

export interface RegistryOptions {
  /** Environment values that the process was started with, by name. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Names that `${NAME}` may take from the environment values; none by default, and never the process's own. */
  readonly environmentNames?: readonly string[];
  readonly secrets?: SecretOptions;
}

type Asked = ReturnType<typeof askedByDefinition>;

const noNames: readonly string[] = [];

export class DefinitionRegistry {
  readonly environment: EnvironmentStore;
  readonly secrets: SecretStore;
  /** What `${NAME}` may take from the environment values. */
  readonly environmentNames: ReadonlySet<string>;
  private readonly asked = new Map<string, Asked>();
  private readonly logEnvironment: LogEnvironment;
  private readonly logSecrets: LogSecrets;
  private readonly workflows = new Map<string, Map<number, WorkflowDef>>();
  private readonly tasks = new Map<string, TaskDef>();
  private readonly contents = new Map<string, WorkflowDef>();
  private readonly flows = new Map<string, Flow>();
  /** Digest of the populated snapshot by `name:version`; thrown away whenever any definition changes. */
  private readonly snapshots = new Map<string, string>();
  /** How often anything was taken in: what was made before the last time may be out of date. */
  private changes = 0;
  private readonly expected = new Set<{
    readonly matches: (entry: DefinitionEntry) => boolean;
    readonly resolve: () => void;
  }>();

  constructor(
    private readonly log: DefinitionLog,
    private readonly hash: Hash,
    private readonly clock: Clock,
    options: RegistryOptions = {},
  ) {
    this.environmentNames = new Set(options.environmentNames);
    this.environment = this.logEnvironment = new LogEnvironment(options.environment ?? {}, (name, value) =>
      this.putValue('environment', name, value),
    );
    this.secrets = this.logSecrets = new LogSecrets(options.secrets ?? {}, clock, (name, value) =>
      this.putValue('secret', name, value),
    );
  }

  async start(): Promise<void> {
    await this.log.follow((entries) => this.take(entries));
  }

  workflowDef(name: string, version?: number): WorkflowDef | undefined {
    const versions = this.workflows.get(name);
    return versions?.get(version ?? Math.max(...versions.keys()));
  }

  workflowDefs(name?: string): readonly WorkflowDef[] {
    const names = name === undefined ? [...this.workflows.keys()].toSorted() : [name];
    return names.flatMap((key) =>
      [...(this.workflows.get(key)?.values() ?? [])].toSorted((a, b) => a.version - b.version),
    );
  }

  taskDef(name: string): TaskDef | undefined {
    return this.tasks.get(name);
  }

  /** What a task of this name may use at most, as its definition is now: undefined when it is not limited, or not registered. */
  limitsOf(taskDefName: string): Limits | undefined {
    return limitsOf(this.tasks.get(taskDefName));
  }

  taskDefs(): readonly TaskDef[] {
    return [...this.tasks.values()];
  }

  async putWorkflowDefs(definitions: readonly WorkflowDef[]): Promise<void> {
    await this.put(
      definitions.map((definition) => ({ key: workflowKey(definition), value: JSON.stringify(definition) })),
    );
  }

  async removeWorkflowDef(name: string, version: number): Promise<void> {
    await this.put([{ key: workflowKey({ name, version }), value: null }]);
  }

  async putTaskDefs(definitions: readonly TaskDef[]): Promise<void> {
    await this.put(
      definitions.map((definition) => ({ key: `task:${definition.name}`, value: JSON.stringify(definition) })),
    );
  }

  async removeTaskDef(name: string): Promise<void> {
    await this.put([{ key: `task:${name}`, value: null }]);
  }

  /** The digest to start a registered definition with, or undefined when there is none of that name and version. */
  async snapshotOf(
    name: string,
    version?: number,
  ): Promise<{ readonly digest: string; readonly version: number } | undefined> {
    const definition = this.workflowDef(name, version);
    if (definition === undefined) return undefined;
    const key = workflowKey(definition);
    const digest = this.snapshots.get(key) ?? (await this.remembered(key, definition));
    return { digest, version: definition.version };
  }

  /** Not for the next time when a definition has changed while the snapshot was being stored. */
  private async remembered(key: string, definition: WorkflowDef): Promise<string> {
    const { changes } = this;
    const digest = await this.digestOf(definition);
    if (this.changes === changes) this.snapshots.set(key, digest);
    return digest;
  }

  /** Stores the snapshot of a definition (an inline one, for example) and returns its digest. */
  async digestOf(definition: WorkflowDef): Promise<string> {
    const populated = populate(definition, {
      taskDef: (name) => this.tasks.get(name),
      latestVersion: (name) => this.workflowDef(name)?.version,
    });
    const content = canonicalJson(populated);
    const digest = this.hash(content);
    if (!this.contents.has(digest)) await this.put([{ key: `digest:${digest}`, value: JSON.stringify(populated) }]);
    return digest;
  }

  /** What a workflow on this digest is started with of the environment; undefined when it asks for nothing. */
  environmentFor(digest: string): Readonly<Record<string, string>> | undefined {
    const asked = this.askedBy(digest);
    return asked === undefined ? undefined : startEnvironment(asked, this.environment, this.environmentNames);
  }

  /** What a task may be handed beside its stored input. */
  rightsOf(task: TaskDocument): HandOutRights {
    const asked = this.askedBy(task.definition);
    return {
      secrets: asked?.secrets ?? new Set(),
      anySecret: asked?.anySecret ?? false,
      runtimeMetadata: this.taskDefOf(task)?.runtimeMetadata ?? noNames,
    };
  }

  private askedBy(digest: string): Asked | undefined {
    const known = this.asked.get(digest);
    if (known !== undefined) return known;
    const definition = this.contents.get(digest);
    if (definition === undefined) return undefined;
    const asked = askedByDefinition(definition);
    this.asked.set(digest, asked);
    return asked;
  }

  /** As the workflow was started with it; a task that a dynamic fork made goes by the definition of today. */
  private taskDefOf({ definition, referenceTaskName, taskDefName }: TaskDocument): TaskDef | undefined {
    const nodes = this.flow(definition)?.nodes;
    const node = nodes?.get(referenceTaskName) ?? nodes?.get(referenceTaskName.replace(/(?:__\d+)+$/, ''));
    return node === undefined ? this.tasks.get(taskDefName) : node.taskDef;
  }

  knows(digest: string): boolean {
    return this.contents.has(digest);
  }

  /** Waits for contents that are on their way (on Kafka a command may overtake its definition), but not for ever. */
  async whenAllKnown(digests: readonly string[], timeoutMs: number): Promise<void> {
    const missing = digests.filter((digest) => !this.contents.has(digest));
    if (missing.length === 0) return;
    const arrivals = missing.map((digest) => this.arrival(({ key }) => key === `digest:${digest}`));
    await new Promise<void>((resolve) => {
      const alarm = this.clock.at(this.clock.now() + timeoutMs, resolve);
      void Promise.all(arrivals).then(() => {
        alarm.cancel();
        resolve();
      });
    });
  }

  content(digest: string): WorkflowDef | undefined {
    return this.contents.get(digest);
  }

  flow(digest: string): Flow | undefined {
    const known = this.flows.get(digest);
    if (known !== undefined) return known;
    const definition = this.contents.get(digest);
    if (definition === undefined) return undefined;
    const flow = compileFlow(digest, definition);
    this.flows.set(digest, flow);
    return flow;
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  /** Durable, and visible to the next read of this process: resolves when the log has handed the entries back. */
  private async put(entries: readonly DefinitionEntry[]): Promise<void> {
    const seen = entries.map(({ key, value }) => this.arrival((entry) => entry.key === key && entry.value === value));
    await this.log.put(entries);
    await Promise.all(seen);
  }

  private putValue(kind: 'environment' | 'secret', name: string, value: object | null): Promise<void> {
    return this.put([{ key: `${kind}:${name}`, value: value === null ? null : JSON.stringify(value) }]);
  }

  private arrival(matches: (entry: DefinitionEntry) => boolean): Promise<void> {
    return new Promise((resolve) => this.expected.add({ matches, resolve }));
  }

  private take(entries: readonly DefinitionEntry[]): void {
    for (const entry of entries) {
      this.apply(entry.key, entry.value);
      for (const expectation of this.expected) {
        if (!expectation.matches(entry)) continue;
        this.expected.delete(expectation);
        expectation.resolve();
      }
    }
    // Contents under their digest change nothing for anybody else, nor do values.
    if (entries.every(({ key }) => /^(?:digest|environment|secret):/.test(key))) return;
    this.snapshots.clear();
    this.changes += 1;
  }

  private apply(key: string, value: string | null): void {
    const kind = key.slice(0, key.indexOf(':'));
    const rest = key.slice(kind.length + 1);
    const parsed: unknown = value === null ? undefined : JSON.parse(value);
    if (kind === 'digest') this.contents.set(rest, parsed as WorkflowDef);
    else if (kind === 'task') setOrDelete(this.tasks, rest, parsed as TaskDef | undefined);
    else if (kind === 'environment') this.logEnvironment.take(rest, parsed as { value: string } | undefined);
    else if (kind === 'secret') this.logSecrets.take(rest, parsed as Parameters<LogSecrets['take']>[1]);
    else if (kind === 'workflow') this.setWorkflow(rest, parsed as WorkflowDef | undefined);
  }

  private setWorkflow(nameAndVersion: string, definition: WorkflowDef | undefined): void {
    const separator = nameAndVersion.lastIndexOf(':');
    const name = nameAndVersion.slice(0, separator);
    const versions = this.workflows.get(name) ?? new Map<number, WorkflowDef>();
    setOrDelete(versions, Number(nameAndVersion.slice(separator + 1)), definition);
    setOrDelete(this.workflows, name, versions.size === 0 ? undefined : versions);
  }
}

function workflowKey({ name, version }: { readonly name: string; readonly version: number }): string {
  return `workflow:${name}:${version}`;
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
