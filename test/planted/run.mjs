// npm run test:planted [-- id ...]: each planted mistake must be found by one of its suites. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { env } from 'node:process';

import { faults } from './faults.mjs';

const wanted = process.argv.slice(2);
const chosen = faults.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
let failed = 0;
for (const { id, what, specs } of chosen) {
  const since = performance.now();
  const { status, stderr } = spawnSync('npx', ['jest', '--bail', '--silent', ...specs], {
    encoding: 'utf8',
    env: {
      ...env,
      DACAPO_PLANTED: id,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  const isPlanted = !stderr.includes('does not stand once');
  // Some mistakes end the process of their suite: an error that nobody has waited for.
  const isFailed = /Tests: +.*\d+ failed/.test(stderr) || /^Node\.js v\d/m.test(stderr);
  const isFound = status !== 0 && isPlanted && isFailed && !stderr.includes('Failed to load');
  const by = /● (.+)/.exec(stderr)?.[1] ?? 'the end of its process';
  if (!isFound) failed += 1;
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  process.stdout.write(
    `${isFound ? 'found ' : 'MISSED'} ${id} (${what}) in ${seconds} s ${isFound ? `by ${by}` : stderr.slice(-1500)}\n`,
  );
}
process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
