/**
 * Frames of a schema registry (contracts, framing.ts). All schemas are registered before a role begins to work: a registry that goes away later
 * is not missed, and a record costs a look into a map and five bytes.
 */
import { setTimeout as pause } from 'node:timers/promises';

import { DaCapoError, frameBytes, invariant } from '@dacapo/contracts';
import type { ValueFraming } from '@dacapo/ports';

import { limits } from './limits.js';
import type { Log } from './log.js';
import { isCollision, Refusal, RegistryClient } from './registry-client.js';
import type { Subject } from './subjects.js';

export interface FramingOptions {
  /** Confluent's API, for example `http://127.0.0.1:8081`; a user and a password may stand in it. Undefined: there is none. */
  readonly url: string | undefined;
  readonly subjects: readonly Subject[];
  readonly log: Log;
  /** Ends the wait for a registry that is away. */
  readonly signal?: AbortSignal;
}

/** Undefined without a registry. Waits for one that is away, and says so; rejects with REQUEST_INVALID when it refuses a schema. */
export async function openFraming({ url, subjects, log, signal }: FramingOptions): Promise<ValueFraming | undefined> {
  if (url === undefined) return undefined;
  const ended = new AbortController();
  const registrar = new Registrar(
    new RegistryClient(url),
    log,
    signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]),
  );
  try {
    return new RegisteredFraming(await registrar.register(subjects));
  } catch (error) {
    if (error instanceof Refusal) throw new DaCapoError('REQUEST_INVALID', error.message, { cause: error });
    throw error;
  } finally {
    // One refusal is enough: the others are not waited for.
    ended.abort();
  }
}

class RegisteredFraming implements ValueFraming {
  private readonly frames: ReadonlyMap<string, Buffer>;

  constructor(ids: ReadonlyMap<string, number>) {
    this.frames = new Map([...ids].map(([subject, id]) => [subject, frameOf(id)]));
  }

  frame(subject: string, json: string): Buffer {
    const frame = this.frames.get(subject);
    invariant(frame !== undefined, `the schema of ${subject} was not registered`);
    const value = Buffer.allocUnsafe(frameBytes + Buffer.byteLength(json));
    frame.copy(value);
    value.write(json, frameBytes);
    return value;
  }
}

function frameOf(id: number): Buffer {
  const frame = Buffer.alloc(frameBytes);
  frame.writeInt32BE(id, 1);
  return frame;
}

class Registrar {
  private isAway = false;

  constructor(
    private readonly client: RegistryClient,
    private readonly log: Log,
    private readonly signal: AbortSignal,
  ) {}

  /** Ids by subject. */
  async register(subjects: readonly Subject[]): Promise<ReadonlyMap<string, number>> {
    const ids = new Map<string, number>();
    const left = [...subjects];
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) ids.set(next.name, await this.idOf(next));
    };
    await Promise.all(Array.from({ length: limits.sideBySide }, worker));
    return ids;
  }

  private async idOf(subject: Subject): Promise<number> {
    for (let pauseMs: number = limits.backoffMinMs; ; pauseMs = Math.min(pauseMs * 2, limits.backoffMaxMs)) {
      this.signal.throwIfAborted();
      try {
        const id = await this.client.idOf(subject);
        this.answered();
        return id;
      } catch (error) {
        if (error instanceof Refusal) throw error;
        if (!isCollision(error)) this.failed(error);
      }
      await pause(pauseMs, undefined, { signal: this.signal });
    }
  }

  private failed(error: unknown): void {
    if (this.isAway) return;
    this.isAway = true;
    const cause = error instanceof Error ? error.message : String(error);
    this.log.warn(
      `The schema registry ${this.client.host} cannot be reached (${cause}); waiting for it. Start it, or unset DACAPO_SCHEMA_REGISTRY_URL`,
    );
  }

  private answered(): void {
    if (this.isAway) this.log.info(`The schema registry ${this.client.host} answers again`);
    this.isAway = false;
  }
}
