/** A role that a launcher started must not outlive it, however the launcher ended. Without a launcher nothing happens. */
export function endWithParent(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
