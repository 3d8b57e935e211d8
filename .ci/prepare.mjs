// Makes a fresh clone runnable with nothing but some Node >= 20 and npm: installs from the lock file when it changed, and with --build compiles
// when a source is newer than the last build. Plain JavaScript: it runs on the Node of the machine, before ours is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(command, args, folder) {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 2, 2], shell: false });
  if (status !== 0) process.exit(status ?? 1);
}

function install(folder) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules', '.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write(`Installing ${folder === root ? 'from package-lock.json' : folder}\n`);
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  writeFileSync(stamp, lock);
}

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) time = Math.max(time, newest(path));
    else if (!entry.name.endsWith('.spec.ts')) time = Math.max(time, statSync(path).mtimeMs);
  }
  return time;
}

function build() {
  const stamp = join(root, 'dist', '.built');
  const sources = Math.max(
    newest(join(root, 'apps')),
    newest(join(root, 'libs')),
    statSync(join(root, 'nest-cli.json')).mtimeMs,
  );
  if (existsSync(stamp) && statSync(stamp).mtimeMs > sources) return;
  process.stderr.write('Building\n');
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  if (status !== 0) {
    process.stderr.write(stdout);
    process.exit(status ?? 1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

install(root);
for (const folder of process.argv.slice(2).filter((argument) => !argument.startsWith('--')))
  install(join(root, folder));
if (process.argv.includes('--build')) build();
