import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Lets plain Node run our sources: `.js` means `.ts`, and `@dacapo/x` the index of that lib. */
const hooks = `
  import { registerHooks } from 'node:module';
  const libs = ${JSON.stringify(new URL('../../../', import.meta.url).href)};
  registerHooks({
    resolve(name, context, next) {
      if (name.startsWith('@dacapo/')) return next(libs + name.slice(8) + '/src/index.ts', context);
      const isOurs = name.startsWith('.') && context.parentURL?.startsWith(libs);
      return next(isOurs ? name.replace(/\\.js$/, '.ts') : name, context);
    },
  });`;

export interface RunningChild {
  readonly process: ChildProcess;
  readonly lines: AsyncIterable<string>;
  /** The signal that ended it, or its exit code. */
  readonly ended: Promise<string | number | null>;
}

/** Runs a script of the `testing` folder in a process of its own. */
export function runChild(script: string, ...args: readonly string[]): RunningChild {
  const child = spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--import',
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      fileURLToPath(new URL(script, import.meta.url)),
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<string | number | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  return { process: child, lines: createInterface({ input: child.stdout }), ended };
}
