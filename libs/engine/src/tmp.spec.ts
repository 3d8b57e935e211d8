import { performance } from 'node:perf_hooks';
import { Run } from './testing/run.js';
import { aWorkflow, fork, join, setVariable, simple } from './testing/definitions.js';
import { start } from './testing/steps.js';
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
it('x', () => {
  const out: string[] = [];
  for (const n of [1000, 1000, 1000, 5000, 10000, 20000-10]) {
    const flow = aWorkflow().withTask(...range(n).map((i) => setVariable(`s${i}`, { last: i }))).flow();
    const b = performance.now(); const run = new Run(flow, { audited: false }); start()(run); out.push(`row ${n} ${((performance.now() - b) * 1000 / n).toFixed(1)} us/op`);
  }
  for (const n of [1000, 1000, 5000, 10000, 19000]) {
    const flow = aWorkflow().withTask(fork('f', ...range(n).map((i) => [simple(`a${i}`, { name: 'work', startDelay: 1 })])), join('j', range(n).map((i) => `a${i}`))).withTaskDef('work', { responseTimeoutSeconds: 60, retryDelaySeconds: 1 }).flow();
    let b = performance.now(); const lap = (w: string) => { const e = performance.now(); out.push(`fan ${n} ${w} ${((e - b) * 1000 / n).toFixed(1)} us/op`); b = e; };
    const run = new Run(flow, { audited: false }); start()(run); lap('start'); run.elapse(1000); run.send('FireTimer', { due: run.now }); lap('offer');
    for (const i of range(n)) run.send('ClaimTask', { taskId: run.idOf(`a${i}`), workerId: 'w' }); lap('claim');
    for (const i of range(n)) run.send('CompleteTask', { taskId: run.idOf(`a${i}`), output: { i } }); lap('complete');
  }
  console.log(out.join('\n'));
}, 100000);
