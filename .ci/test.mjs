// All checks in one go, the same at the desk and in CI; ends with `N passed, N failed`. A static check counts as one test.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'dacapo-test-'));
const report = join(scratch, 'jest.json');
const isServers = process.argv.includes('--servers');
const checks = isServers ? [] : ['format:check', 'lint', 'typecheck', 'boundaries'];

function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
    child.on('close', (code) => resolve(code === 0));
  });
}

/** The addresses that `npm run servers -- start` wrote; what the environment says itself wins. */
function serversEnv() {
  const file = join('.servers', 'env');
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, 'utf8').matchAll(/^export (DACAPO_[A-Z_]+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, process.env[name] ?? value]));
}

let passed = 0;
let failed = 0;
for (const check of checks) {
  const isGood = await run('npm', ['run', '--silent', check]);
  process.stdout.write(`${isGood ? 'ok    ' : 'FAILED'} ${check}\n`);
  if (isGood) passed += 1;
  else failed += 1;
}

const env = {
  ...process.env,
  TZ: 'UTC',
  NODE_OPTIONS:
    '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
  ...(isServers ? { DACAPO_TEST_SERVERS: '1', ...serversEnv() } : {}),
};
const jest = ['jest', '--json', `--outputFile=${report}`, ...(isServers ? ['--runInBand'] : ['--maxWorkers=2'])];
await run('npx', jest.concat(process.argv.slice(2).filter((argument) => argument !== '--servers')), env);
try {
  const results = JSON.parse(readFileSync(report, 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
} catch {
  process.stdout.write('jest left no report\n');
  failed += 1;
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
