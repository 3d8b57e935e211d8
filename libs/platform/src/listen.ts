/** A busy port: an error when it was asked for, otherwise the next free one. Returns the port that it became (0 takes any). */
interface Listening {
  listen(port: number, host: string): Promise<unknown>;
  /** Where it listens; without it the port asked for is taken to be the one. */
  getUrl?(): Promise<string>;
}

const triesMax = 20;

export async function listen(
  server: Listening,
  options: { readonly port: number; readonly host: string; readonly isPortGiven: boolean },
): Promise<number> {
  const { port, host, isPortGiven } = options;
  for (let candidate = port; candidate < port + triesMax; candidate++) {
    try {
      await server.listen(candidate, host);
      const url = await server.getUrl?.();
      return url === undefined ? candidate : Number(new URL(url).port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (isPortGiven)
        throw new Error(`Port ${port} is in use. Choose another one with --port, or end the program that has it.`, {
          cause: error,
        });
      process.stderr.write(`Port ${candidate} is in use, trying ${candidate + 1}\n`);
    }
  }
  throw new Error(`No free port between ${port} and ${port + triesMax - 1}`);
}
