/** SIGTERM and SIGINT drain and exit with 0; a second signal does not wait. */
export function onShutdown(drain: () => Promise<void>): void {
  let isDraining = false;
  const stop = (): void => {
    if (isDraining) process.exit(1);
    isDraining = true;
    drain().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Shutdown failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
