import { endWithParent, makeRoleServer, RoleStart } from '@dacapo/kafka-edge';
import { listen, makeLog, onShutdown, readConfig, runApp } from '@dacapo/platform';

import { ProjectorModule } from './projector.module.js';
import { ProjectorRole } from './projector-role.js';

runApp(async () => {
  const config = readConfig();
  const log = makeLog(config.logLevel, 'projector');
  const start = new RoleStart((signal) => ProjectorRole.open(config, log, signal));
  const server = await makeRoleServer(ProjectorModule.of(start));
  const port = await listen(server, config);
  onShutdown(async () => {
    await server.close();
    await start.close();
  });
  endWithParent();
  if (await start.start())
    process.stdout.write(`The projector is ready: health http://${config.host}:${port}/health\n`);
});
