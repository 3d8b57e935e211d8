/** Broker and database are away at the start: everybody waits, says so once, and goes on when they come. */
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { brokers, describeWithServers, freePort, Installation, mongoUrl } from './harness.js';

/** An address at which nobody is, until somebody forwards to the server. */
async function forward(port: number, target: string): Promise<Server> {
  const [host, targetPort] = target.split(':');
  const server = createServer((socket) => {
    const upstream = connect(Number(targetPort), host);
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describeWithServers('servers that are away at the start', () => {
  const installation = new Installation();
  const servers: Server[] = [];

  afterAll(async () => {
    await installation.stop();
    for (const server of servers) server.close();
  }, 60_000);

  it('are waited for, and that is said once by each process', async () => {
    const [kafkaPort, mongoPort, port] = [await freePort(), await freePort(), await freePort()];
    installation.launch(
      '--port',
      String(port),
      '--kafka-brokers',
      `127.0.0.1:${kafkaPort}`,
      '--mongo-url',
      `mongodb://127.0.0.1:${mongoPort}/?directConnection=true`,
    );
    const health = (at: number): Promise<number> =>
      fetch(`http://127.0.0.1:${at}/health`).then(
        ({ status }) => status,
        () => 0,
      );
    for (const at of [port, port + 1, port + 2, port + 3])
      await installation.until('503', async () => (await health(at)) === 503);
    const count = (pattern: RegExp): number => installation.stderr.match(pattern)?.length ?? 0;
    await installation.until('four complaints', () => count(/Kafka cannot be reached/g) === 4);
    await pause(2_000);
    expect(count(/Kafka cannot be reached/g)).toBe(4);
    servers.push(await forward(kafkaPort, brokers ?? ''));
    await installation.until('four complaints', () => count(/MongoDB cannot be reached/g) === 4);
    expect(await health(port)).toBe(503);
    servers.push(await forward(mongoPort, (mongoUrl ?? '').replace('mongodb://', '')));
    await installation.ready();
    expect(await health(port)).toBe(200);
    expect(count(/MongoDB cannot be reached/g)).toBe(4);
  }, 60_000);
});
