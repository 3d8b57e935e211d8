import type { EnvironmentStore } from '@dacapo/ports';

interface Asked {
  readonly environment: ReadonlySet<string>;
  readonly bare: ReadonlySet<string>;
  readonly anyEnvironment: boolean;
}

/**
 * What a workflow is started with of the environment: the values that its definition asks for, as they are now. They are recorded with the
 * start, so that deciding again gives the same; Conductor reads them again at every task. A name that is allowed as `${NAME}` stands under
 * just that. Undefined when there is nothing.
 */
export function startEnvironment(
  asked: Asked,
  store: EnvironmentStore,
  allowed: ReadonlySet<string>,
): Readonly<Record<string, string>> | undefined {
  const found: [string, string][] = [];
  const wanted = asked.anyEnvironment ? store.list().map(({ name }) => name) : asked.environment;
  for (const name of wanted) add(name, name);
  for (const name of asked.bare) if (allowed.has(name)) add(`\${${name}}`, name);
  return found.length === 0 ? undefined : Object.fromEntries(found);

  function add(key: string, name: string): void {
    const value = store.get(name);
    if (value !== undefined) found.push([key, value]);
  }
}
