/** The gateway gets the port that was asked for, the other roles the next free ones behind it. */
import { once } from 'node:events';
import { createServer } from 'node:net';

import type { Config } from '@dacapo/platform';

const triesMax = 50;

export const roleNames = ['gateway', 'engine', 'projector', 'dispatcher'] as const;
export type RoleName = (typeof roleNames)[number];

export async function choosePorts({ port, host, isPortGiven }: Config): Promise<ReadonlyMap<RoleName, number>> {
  const ports = new Map<RoleName, number>();
  let candidate = port;
  for (const role of roleNames) {
    if (role === 'gateway' && isPortGiven && !(await isFree(port, host)))
      throw new Error(`Port ${port} is in use. Choose another one with --port, or end the program that has it.`);
    while (!(await isFree(candidate, host))) {
      if (++candidate > port + triesMax) throw new Error(`No free ports between ${port} and ${candidate - 1}`);
    }
    ports.set(role, candidate++);
  }
  return ports;
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
