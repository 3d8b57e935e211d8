/** The pools behind doors that open at the first program: most processes never see one, and threads cost start-up and memory. */
import type { JsonObject } from '@dacapo/contracts';
import type { ScriptOutcome, ScriptRequest, ScriptSandbox } from '@dacapo/ports';

import { type JqOutcome, JqPool } from './jq/jq-pool.js';
import { jqStartMessage } from './jq/jq-messages.js';
import { faultMessage } from './messages.js';
import { QuickJsSandbox } from './quickjs/quickjs-sandbox.js';

export interface LazyOptions {
  /** Told why threads could not start: outcomes do not say, they stand in the history. */
  readonly onStartFault?: (error: unknown) => void;
}

interface Closable {
  close(): Promise<void>;
}

/** Started once, by whoever asks first; again by the next one when that failed. */
class Late<Tool extends Closable> {
  private starting: Promise<Tool> | undefined;
  private isClosed = false;

  constructor(
    private readonly start: () => Promise<Tool>,
    private readonly onStartFault: (error: unknown) => void = () => undefined,
  ) {}

  /** Undefined when it cannot start, or is closed. */
  async get(): Promise<Tool | undefined> {
    if (this.isClosed) return undefined;
    this.starting ??= this.start();
    const { starting } = this;
    try {
      return await starting;
    } catch (error) {
      // Once for all who waited.
      if (this.starting === starting) {
        this.starting = undefined;
        this.onStartFault(error);
      }
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const tool = await this.starting?.catch(() => undefined);
    await tool?.close();
  }
}

/** `QuickJsSandbox`, started by the first script. What keeps it from starting is a `fault` of that script. */
export class LazySandbox implements ScriptSandbox {
  /** `none` until a script has run: an outcome of no sandbox. */
  build = 'none';
  private readonly late: Late<QuickJsSandbox>;

  constructor({ onStartFault }: LazyOptions = {}, start = (): Promise<QuickJsSandbox> => QuickJsSandbox.start()) {
    this.late = new Late(start, onStartFault);
  }

  async evaluate(request: ScriptRequest): Promise<ScriptOutcome> {
    const sandbox = await this.late.get();
    if (sandbox === undefined) return { ok: false, kind: 'fault', message: faultMessage('it could not be started') };
    this.build = sandbox.build;
    return sandbox.evaluate(request);
  }

  close(): Promise<void> {
    return this.late.close();
  }
}

/** `JqPool`, started by the first query. */
export class LazyJq {
  private readonly late: Late<JqPool>;

  constructor({ onStartFault }: LazyOptions = {}) {
    this.late = new Late(() => JqPool.start(), onStartFault);
  }

  /** Never rejects. */
  async transform(query: string, input: JsonObject): Promise<JqOutcome> {
    const jq = await this.late.get();
    return jq === undefined ? { ok: false, message: jqStartMessage } : jq.transform(query, input);
  }

  close(): Promise<void> {
    return this.late.close();
  }
}
