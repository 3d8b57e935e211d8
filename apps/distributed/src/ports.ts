/** The gateway gets the port that was asked for, the other roles free ones behind it. */
import { once } from 'node:events';
import { createServer } from 'node:net';

import type { Config } from '@dacapo/platform';

const triesMax = 20;

export const roleNames = ['gateway', 'engine', 'projector', 'dispatcher'] as const;
export type RoleName = (typeof roleNames)[number];

/** The gateway's port, chosen once: its clients know it. */
export async function choosePort({ port, host, isPortGiven }: Config): Promise<number> {
  if (!isPortGiven) return firstFree(port, 1, host);
  if (await isFree(port, host)) return port;
  throw new Error(`Port ${port} is in use. Choose another one with --port, or end the program that has it.`);
}

/**
 * The port of any other process, chosen anew at each of its starts: somebody may have taken the last one, an outgoing connection for example.
 * The `nth` of `count` has a row of its own behind the gateway (with three: 1, 4, 7 ..., 2, 5, 8 ...), so that they do not take each other's.
 */
export function portBehind(gatewayPort: number, nth: number, count: number, host: string): Promise<number> {
  return firstFree(gatewayPort + nth, count, host);
}

async function firstFree(port: number, step: number, host: string): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    const candidate = port + tries * step;
    if (await isFree(candidate, host)) return candidate;
  }
  throw new Error(`No free port between ${port} and ${port + (triesMax - 1) * step}`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}
