import { endWithParent, makeRoleServer, RoleStart } from '@dacapo/kafka-edge';
import { listen, makeLog, onShutdown, readConfig, runApp } from '@dacapo/platform';

import { EngineModule } from './engine.module.js';
import { EngineRole } from './engine-role.js';

runApp(async () => {
  const config = readConfig();
  const log = makeLog(config.logLevel, 'engine');
  const start = new RoleStart((signal) => EngineRole.open(config, log, signal));
  const server = await makeRoleServer(EngineModule.of(start));
  const port = await listen(server, config);
  onShutdown(async () => {
    await server.close();
    await start.close();
  });
  endWithParent();
  if (await start.start()) process.stdout.write(`The engine is ready: health http://${config.host}:${port}/health\n`);
});
