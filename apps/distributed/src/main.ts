import { onShutdown, readConfig, runApp } from '@dacapo/platform';

import type { Demo } from './demo.js';
import { choosePort } from './ports.js';
import { Roles } from './roles.js';
import { withServers } from './servers-env.js';

runApp(async () => {
  const config = withServers(readConfig());
  const roles = new Roles(config, await choosePort(config));
  let demo: Demo | undefined;
  const stop = async (): Promise<void> => {
    await demo?.stop();
    await roles.stop();
  };
  onShutdown(stop);
  const ready = roles.start();
  // What it needs is loaded while the roles start.
  if (config.demo) demo = new (await import('./demo.js')).Demo({ config, url: roles.url });
  await ready;
  const { url } = roles;
  process.stdout.write(
    `Da Capo is ready: API ${url}/api, health ${url}/health, ${roles.count} processes on Kafka ${config.kafkaBrokers}\n`,
  );
  try {
    await demo?.run();
  } catch (error) {
    await stop();
    throw error;
  }
});
