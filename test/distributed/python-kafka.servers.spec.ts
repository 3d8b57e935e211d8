/** docs/kafka.md with a client that is not ours: start, work and follow from Python, by the programs that the page shows. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { brokers, describeWithServers, Installation } from './harness.js';

const run = promisify(execFile);
const programs = resolve('test/clients/python-kafka');
const requirements = join(programs, 'requirements.txt');
const environment = resolve(process.env['DACAPO_SERVERS_DIR'] ?? '.servers', 'python-kafka');
const python = join(environment, 'bin', 'python');

/** Once for a list of packages. */
async function install(): Promise<void> {
  const stamp = join(environment, 'installed');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await run('python3', ['-m', 'venv', environment]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stamp, wanted);
}

describeWithServers('a Python program over Kafka', () => {
  const installation = new Installation();
  const program = (name: string, ...args: readonly string[]): [string, string[]] => [
    python,
    [join(programs, name), brokers ?? '', installation.prefix, ...args],
  ];
  let worker: ChildProcess | undefined;

  beforeAll(async () => {
    await install();
    await installation.start();
    await installation.api('POST', '/metadata/taskdefs', [
      { name: 'greet', retryCount: 3, retryDelaySeconds: 1, responseTimeoutSeconds: 30, delivery: 'kafka' },
    ]);
    await installation.api('PUT', '/metadata/workflow', [
      {
        name: 'greeting',
        version: 1,
        tasks: [
          {
            name: 'greet',
            taskReferenceName: 'greet',
            type: 'SIMPLE',
            inputParameters: { who: '${workflow.input.who}' },
          },
        ],
        outputParameters: { text: '${greet.output.text}' },
      },
    ]);
  }, 180_000);

  afterAll(async () => {
    worker?.kill('SIGTERM');
    await installation.stop();
  }, 60_000);

  it('starts a workflow, does its task, and reads its events to the end', async () => {
    const workflowId = randomUUID();
    const [command, args] = program('start.py', workflowId);
    await run(command, args);
    worker = spawn(...program('worker.py'), { stdio: 'inherit' });
    const { stdout } = await run(...program('follow.py', workflowId), { timeout: 60_000 });
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '1 WorkflowStarted',
      '2 TaskScheduled',
      '3 TaskCompleted',
      '4 WorkflowCompleted',
    ]);
    expect(lines[3]).toContain('Hello Clara');
    // The same record again: nothing happens.
    await run(command, args);
    await installation.completed(workflowId);
    expect(await installation.events(workflowId)).toHaveLength(4);
  }, 120_000);
});
