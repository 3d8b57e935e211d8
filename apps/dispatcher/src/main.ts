import { endWithParent, makeRoleServer, RoleStart } from '@dacapo/kafka-edge';
import { listen, makeLog, onShutdown, readConfig, runApp } from '@dacapo/platform';

import { DispatcherModule } from './dispatcher.module.js';
import { DispatcherRole } from './dispatcher-role.js';

runApp(async () => {
  const config = readConfig();
  const log = makeLog(config.logLevel, 'dispatcher');
  const start = new RoleStart((signal) => DispatcherRole.open(config, log, signal));
  const server = await makeRoleServer(DispatcherModule.of(start));
  const port = await listen(server, config);
  onShutdown(async () => {
    await server.close();
    await start.close();
  });
  endWithParent();
  if (await start.start())
    process.stdout.write(`The dispatcher is ready: health http://${config.host}:${port}/health\n`);
});
