import { listen, makeLog, onShutdown, readConfig } from '@dacapo/platform';

import { runDemo } from './demo.js';
import { Embedded } from './embedded.js';
import { makeServer } from './standalone.module.js';

export async function start(): Promise<void> {
  const config = readConfig();
  const log = makeLog(config.logLevel, 'standalone');
  const embedded = await Embedded.open(config, log);
  await embedded.start();
  const server = await makeServer(embedded, config, log);
  const port = await listen(server, config);
  onShutdown(async () => {
    embedded.gateway.drain();
    await server.close();
    await embedded.close();
  });
  const url = `http://${config.host}:${port}`;
  process.stdout.write(
    `Da Capo is ready: API ${url}/api, health ${url}/health, metrics ${url}/metrics, data in ${config.dataDir}\n`,
  );
  if (config.demo) await runDemo(embedded, url);
}
