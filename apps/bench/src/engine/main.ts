/**
 * `npm run bench:engine -- [--suite operators,throughput,loops,scripts,waiting] [--mode embedded] [--seconds 8] [--waiting 1000000]`: what the
 * engine's own parts cost. The last line is one JSON object with the figures of each suite.
 */
import { flags, runApp } from '@dacapo/platform';

import { type OwnServer, startServer } from '../own-server.js';
import { print } from './kit.js';
import { measureLoops } from './loops.js';
import { measureOperators } from './operators.js';
import { measureScripts } from './scripts.js';
import { measureThroughput } from './throughput.js';
import { measureWaiting } from './waiting.js';

type Figures = Readonly<Record<string, number>>;

runApp(async () => {
  const {
    suite = 'operators,throughput,loops,scripts',
    mode = 'embedded',
    seconds = '8',
    waiting = '1000000',
    rounds = '400',
    port = '18080',
  } = flags();
  if (mode !== 'embedded' && mode !== 'distributed') throw new Error('--mode is embedded or distributed');
  const suites: Readonly<Record<string, (server: OwnServer) => Promise<Figures>>> = {
    operators: ({ base }) => measureOperators(base, Number(rounds)),
    throughput: ({ base }) => measureThroughput(base, Number(seconds)),
    loops: ({ base }) => measureLoops(base),
    scripts: ({ base }) => measureScripts(base, Number(seconds)),
    waiting: (server) => measureWaiting(server, Number(waiting)),
  };
  const figures: Record<string, Figures> = {};
  for (const name of suite.split(',')) {
    const measure = suites[name];
    if (measure === undefined) throw new Error(`--suite knows ${Object.keys(suites).join(', ')}, not ${name}`);
    const server = await startServer(mode, Number(port));
    try {
      figures[name] = await measure(server);
    } finally {
      await server.stop();
    }
  }
  print(JSON.stringify({ mode, figures }));
  process.exit(0);
});
