import { makeLog, onShutdown, readConfig, runApp } from '@dacapo/platform';

import { runDemo } from './demo.js';
import { choosePorts } from './ports.js';
import { Roles } from './roles.js';
import { withServers } from './servers-env.js';

runApp(async () => {
  const config = withServers(readConfig());
  const log = makeLog(config.logLevel, 'distributed');
  const roles = new Roles(config, await choosePorts(config));
  const demo = new AbortController();
  onShutdown(async () => {
    demo.abort();
    await roles.stop();
  });
  await roles.start();
  const { url } = roles;
  process.stdout.write(
    `Da Capo is ready: API ${url}/api, health ${url}/health, four processes on Kafka ${config.kafkaBrokers}\n`,
  );
  if (!config.demo) return;
  try {
    await runDemo({ config, url, log, signal: demo.signal });
  } catch (error) {
    if (demo.signal.aborted) return;
    await roles.stop();
    throw error;
  }
});
