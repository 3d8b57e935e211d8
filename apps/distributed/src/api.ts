/** The public API, as the demo calls it. A gateway that is away (it may be killed while the demo runs) is asked again for a while. */
import { setTimeout as pause } from 'node:timers/promises';

const lookMs = 50;
const patienceMs = 60_000;

export class Api {
  constructor(
    private readonly base: string,
    private readonly signal: AbortSignal,
  ) {}

  async get<T>(path: string): Promise<T> {
    const found = await this.getIfThere<T>(path);
    if (found === undefined) throw new Error(`GET ${path} answered 404`);
    return found;
  }

  async getIfThere<T>(path: string): Promise<T | undefined> {
    const { status, text } = await this.call('GET', path);
    return status === 404 ? undefined : (JSON.parse(text) as T);
  }

  async post(path: string, body: unknown): Promise<void> {
    await this.call('POST', path, body);
  }

  async put(path: string, body: unknown): Promise<void> {
    await this.call('PUT', path, body);
  }

  async pause(): Promise<void> {
    await pause(lookMs, undefined, { signal: this.signal });
  }

  private async call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const answer = await this.tryCall(method, path, body);
      const isAway = typeof answer === 'string' || answer.status === 503;
      if (!isAway && (answer.status < 400 || answer.status === 404)) return answer;
      if (!isAway || performance.now() > until)
        throw new Error(
          `${method} ${path}: ${typeof answer === 'string' ? answer : `${answer.status} ${answer.text}`}`,
        );
      await this.pause();
    }
  }

  /** A text when there was no answer. */
  private async tryCall(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ status: number; text: string } | string> {
    const json = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    try {
      const init = body === undefined ? { method } : json;
      const response = await fetch(this.base + path, { ...init, signal: this.signal });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      this.signal.throwIfAborted();
      return error instanceof Error ? error.message : String(error);
    }
  }
}
