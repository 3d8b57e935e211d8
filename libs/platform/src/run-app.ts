import { requireNode24 } from './node-version.js';

/** The whole of a `main.ts`: a failed start says why in one line and exits with 1. */
export function runApp(start: () => Promise<void>): void {
  requireNode24();
  start().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
