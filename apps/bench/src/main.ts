/** `npm run bench`: worker tasks over HTTP, whole workflows, durable before acknowledging. The last line is one JSON object. */
import { flags, runApp } from '@dacapo/platform';

import { type LoadResult, register, runLoad } from './load.js';
import { type Mode, type OwnServer, startServer } from './own-server.js';
import { usageOf } from './process-usage.js';

interface Cell {
  readonly concurrency: number;
  readonly workflowsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** 0 when the server is not ours (`--base`). */
  readonly serverCpuMsPerWorkflow: number;
  readonly rssMb: number;
}

runApp(async () => {
  const {
    base,
    concurrency = '1,50,200',
    seconds = '15',
    steps = '3',
    mode = 'embedded',
    warmup = '3',
    port = '18080',
  } = flags();
  if (mode !== 'embedded' && mode !== 'distributed') throw new Error('--mode is embedded or distributed');
  const server = base === undefined ? await startServer(mode satisfies Mode, Number(port)) : undefined;
  const target = server?.base ?? new URL(base ?? '');
  try {
    await register(target, Number(steps));
    await runLoad({ base: target, concurrency: 20, seconds: Number(warmup), steps: Number(steps) });
    const cells: Cell[] = [];
    process.stdout.write(
      `callers  workflows/s   p50 ms   p99 ms  server CPU ms/workflow   RSS MB   (${mode}, ${steps} worker tasks a workflow)\n`,
    );
    for (const callers of concurrency.split(',').map(Number)) {
      const cell = await measure(target, server, {
        concurrency: callers,
        seconds: Number(seconds),
        steps: Number(steps),
      });
      cells.push(cell);
      process.stdout.write(`${row(cell)}\n`);
    }
    process.stdout.write(`${JSON.stringify({ mode, steps: Number(steps), seconds: Number(seconds), cells })}\n`);
  } finally {
    await server?.stop();
  }
  process.exit(0);
});

async function measure(
  base: URL,
  server: OwnServer | undefined,
  options: { concurrency: number; seconds: number; steps: number },
): Promise<Cell> {
  const before = server === undefined ? undefined : usageOf(server.pid);
  const result = await runLoad({ base, ...options });
  const after = server === undefined ? undefined : usageOf(server.pid);
  const cpuMs = (after?.cpuMs ?? 0) - (before?.cpuMs ?? 0);
  return {
    concurrency: options.concurrency,
    workflowsPerSecond: round(result.workflows / result.seconds, 0),
    p50Ms: round(quantile(result, 0.5), 2),
    p99Ms: round(quantile(result, 0.99), 2),
    serverCpuMsPerWorkflow: round(cpuMs / result.workflows, 3),
    rssMb: round(after?.rssMb ?? 0, 0),
  };
}

function quantile({ latencies }: LoadResult, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function row({ concurrency, workflowsPerSecond, p50Ms, p99Ms, serverCpuMsPerWorkflow, rssMb }: Cell): string {
  const cells = [concurrency, workflowsPerSecond, p50Ms, p99Ms, serverCpuMsPerWorkflow, rssMb].map(String);
  const widths = [7, 13, 9, 9, 24, 9];
  return cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('');
}
