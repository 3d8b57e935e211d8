import { type Asked, ThreadPool } from './thread-pool.js';

interface Odd {
  readonly threads?: number;
  readonly failStarts?: number;
  readonly waitingMax?: number;
}

function newPool({ threads = 1, failStarts = 0, waitingMax = 10 }: Odd = {}): ThreadPool<string, string> {
  const counter = new SharedArrayBuffer(4);
  new Int32Array(counter)[0] = failStarts;
  return new ThreadPool<string, string>({
    file: new URL('./testing/odd.worker.ts', import.meta.url),
    workerOptions: { workerData: { failStarts: counter } },
    threads,
    waitingMax,
    waitingSizeMax: 1_000,
    sizeOf: (question) => question.length,
    deadlineMs: 600,
    isSpent: (answer) => answer === 'spent!',
  });
}

function brief(asked: Asked<string>): string {
  return asked.ok ? asked.answer : asked.why;
}

async function answers(pool: ThreadPool<string, string>, questions: readonly string[]): Promise<readonly string[]> {
  return (await Promise.all(questions.map((question) => pool.ask(question)))).map(brief);
}

describe('a pool of threads', () => {
  it.each([
    ['exit', 'died'],
    ['throw', 'died'],
    ['silence', 'late'],
    ['spent', 'spent!'],
  ])('loses nothing else when a thread meets %s', async (question, outcome) => {
    const pool = newPool();
    expect(await answers(pool, ['a', question, 'b', question, 'c'])).toEqual(['a!', outcome, 'b!', outcome, 'c!']);
    await pool.close();
  });

  it('answers while another thread is stuck', async () => {
    const pool = newPool({ threads: 2 });
    await answers(pool, ['a', 'b']);
    const stuck = pool.ask('silence');
    expect(await answers(pool, ['c', 'd', 'e'])).toEqual(['c!', 'd!', 'e!']);
    expect(brief(await stuck)).toBe('late');
    await pool.close();
  });

  it('lets nobody wait for threads that do not start, and tries again for the next one', async () => {
    const pool = newPool({ failStarts: 2 });
    expect(await answers(pool, ['a', 'b', 'c'])).toEqual(['died', 'died', 'c!']);
    await pool.close();
  });

  it('refuses what does not fit: one runs, two wait', async () => {
    const pool = newPool({ waitingMax: 2 });
    await pool.ask('a');
    expect(await answers(pool, ['b', 'c', 'd', 'e'])).toEqual(['b!', 'c!', 'd!', 'busy']);
    await pool.close();
  });

  it('refuses what comes when those who wait hold much', async () => {
    const pool = newPool();
    await pool.ask('a');
    const [half, rest] = ['x'.repeat(500), 'x'.repeat(499)];
    expect(await answers(pool, ['b', half, rest, 'c', 'd'])).toEqual(['b!', `${half}!`, `${rest}!`, 'c!', 'busy']);
    // Room again.
    expect(await answers(pool, ['b', 'c'])).toEqual(['b!', 'c!']);
    await pool.close();
  });

  it('tells everybody that it is closed', async () => {
    const pool = newPool();
    await pool.ask('a');
    const unanswered = answers(pool, ['silence', 'b']);
    await pool.close();
    expect(await unanswered).toEqual(['closed', 'closed']);
    expect(brief(await pool.ask('c'))).toBe('closed');
  });
});
