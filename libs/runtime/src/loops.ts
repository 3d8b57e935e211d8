/** Readers of the log as supervised loops: they run until they are stopped, or until their subscription fails. */
import type { Loop } from './supervisor.js';

interface Reader {
  start(onFailure: (error: unknown) => void): Promise<void>;
  stop(): Promise<void>;
}

export function readerLoop(reader: Reader): Loop {
  let end: () => void = () => undefined;
  return {
    async run(onReady): Promise<void> {
      const ended = new Promise<void>((resolve, reject) => {
        end = resolve;
        reader.start(reject).then(onReady, reject);
      });
      await ended;
    },
    async stop(): Promise<void> {
      await reader.stop();
      end();
    },
  };
}
