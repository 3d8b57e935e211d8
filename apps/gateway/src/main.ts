import { endWithParent, RoleStart, WaitingServer } from '@dacapo/kafka-edge';
import { listen, makeLog, onShutdown, readConfig, runApp } from '@dacapo/platform';

import { makeServer } from './gateway.module.js';
import { GatewayRole } from './gateway-role.js';

runApp(async () => {
  const config = readConfig();
  const log = makeLog(config.logLevel, 'gateway');
  const start = new RoleStart((signal) => GatewayRole.open(config, log, signal));
  const waiting = new WaitingServer();
  const servers: { close(): Promise<void> }[] = [waiting];
  const port = await listen(waiting, config);
  onShutdown(async () => {
    start.role?.inbox.stop();
    start.role?.gateway.drain();
    await Promise.all(servers.map((server) => server.close()));
    await start.close();
  });
  endWithParent();
  const role = await start.start();
  if (role === undefined) return;
  const server = await makeServer(role, config, log);
  servers.push(server);
  await waiting.close();
  await server.listen(port, config.host);
  process.stdout.write(`The gateway is ready: API http://${config.host}:${port}/api\n`);
});
