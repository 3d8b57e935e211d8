import { compilePath } from '../paths/compile-path.js';
import { rootsOf } from './roots.js';

/** Names that a value's expressions ask for from outside of the workflow. */
export interface AskedNames {
  /** `${workflow.env.NAME}`. */
  readonly environment: ReadonlySet<string>;
  /** `${workflow.secrets.NAME}`. */
  readonly secrets: ReadonlySet<string>;
  /** `${NAME}`, nothing behind it: a task's reference, or a variable of the environment. */
  readonly bare: ReadonlySet<string>;
  /** An expression within the path decides which variable is meant. */
  readonly anyEnvironment: boolean;
  readonly anySecret: boolean;
}

const environmentPath = 'workflow.env.';
const secretPath = 'workflow.secrets.';

/** All names in a value, nested expressions too. Throws ExpressionError only. */
export function askedNames(value: unknown): AskedNames {
  const asked = {
    environment: new Set<string>(),
    secrets: new Set<string>(),
    bare: new Set<string>(),
    anyEnvironment: false,
    anySecret: false,
  };
  for (const { path: text, root } of rootsOf(value)) {
    const path = text.trim();
    if (path.startsWith(secretPath)) {
      const name = secretNameOf(path);
      if (name === undefined) asked.anySecret = true;
      else asked.secrets.add(name);
    } else if (path.includes('${')) {
      const name = path.startsWith(environmentPath) ? nameAfter(path, environmentPath) : undefined;
      if (name !== undefined) asked.environment.add(name);
      else if (path.startsWith('workflow.env')) asked.anyEnvironment = true;
    } else if (root === 'workflow') {
      const variable = variableOf(path);
      if (variable !== undefined) asked.environment.add(variable);
    } else if (root === path) asked.bare.add(path);
  }
  return asked;
}

/** `NAME` of `workflow.secrets.NAME` and of what may follow it; undefined when an expression decides it. */
export function secretNameOf(path: string): string | undefined {
  return nameAfter(path, secretPath);
}

function nameAfter(path: string, prefix: string): string | undefined {
  const name = path.slice(prefix.length).split(/[.[]/, 1)[0] ?? '';
  return name.includes('${') ? undefined : name;
}

function variableOf(path: string): string | undefined {
  const compiled = compilePath(path);
  return compiled === undefined || compiled.kind === 'nothing' ? undefined : compiled.variable;
}
