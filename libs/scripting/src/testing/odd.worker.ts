/** A thread that dies, lags or fails to start, as it is told. */
import { parentPort, workerData } from 'node:worker_threads';

const { failStarts } = workerData as { failStarts: SharedArrayBuffer };
const left = Atomics.sub(new Int32Array(failStarts), 0, 1);
if (left > 0) throw new Error('will not start');

parentPort?.on('message', (question: string) => {
  if (question === 'exit') process.exit(1);
  if (question === 'throw') throw new Error('thrown');
  if (question === 'silence') return;
  parentPort?.postMessage(`${question}!`);
});
parentPort?.postMessage('ready');
