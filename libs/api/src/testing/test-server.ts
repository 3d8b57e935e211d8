/** A whole server without a network: journal in memory, read models in a file under the temporary directory, everything else as in production. */
import 'reflect-metadata';

import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MemoryDefinitionLog, MemoryJournal } from '@dacapo/journal-memory';
import {
  DefinitionRegistry,
  EngineRuntime,
  GatewayRuntime,
  type Log,
  ProjectionRunner,
  readerLoop,
  type RegistryOptions,
  Supervisor,
  systemClock,
} from '@dacapo/runtime';
import { SqliteStore } from '@dacapo/store-sqlite';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { ApiModule } from '../api.module.js';
import { configureHttp, createHttpAdapter, type HttpOptions } from '../http/configure-http.js';

export interface TestServer {
  readonly app: NestFastifyApplication;
  readonly gateway: GatewayRuntime;
  readonly journal: MemoryJournal;
  /** Errors that the server logged: a test of bad input wants none. */
  readonly errors: readonly string[];
  /** Resolves when the read model has everything. */
  projected(): Promise<void>;
  close(): Promise<void>;
}

const sha256 = (text: string): string => hash('sha256', text, 'base64url');
const partitions = [0, 1];

export interface TestServerOptions extends HttpOptions {
  readonly registry?: RegistryOptions;
  readonly areSecretsReadable?: boolean;
}

export async function startTestServer({
  registry: registryOptions,
  areSecretsReadable = false,
  ...options
}: TestServerOptions = {}): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'dacapo-api-'));
  const errors: string[] = [];
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: ({ error }: { error?: unknown }, message) =>
      void errors.push(`${message}: ${error instanceof Error ? error.stack : String(error)}`),
  };
  const clock = systemClock;
  const journal = new MemoryJournal({ partitionCount: partitions.length, clock });
  const store = await SqliteStore.open({ directory });
  const registry = new DefinitionRegistry(new MemoryDefinitionLog(), sha256, clock, registryOptions);
  await registry.start();
  const shared = { journal, registry, clock, log, partitions };
  const idPrefix = randomBytes(5).toString('hex');
  const gateway = new GatewayRuntime({ ...shared, readStore: store.readStore, idPrefix });
  const engine = new EngineRuntime({
    ...shared,
    snapshots: store.snapshotStore,
    hash: sha256,
    owner: 'test',
    grant: (taskType, domains) => gateway.ready.grant(taskType, domains),
  });
  let wake: (() => void)[] = [];
  const projection = new ProjectionRunner({
    ...shared,
    store: store.readStore,
    onProjected: (partition, nextOffset) => {
      gateway.projected(partition, nextOffset);
      for (const call of wake.splice(0)) call();
    },
  });
  const projector = new Supervisor('projection', () => readerLoop(projection), clock, log);
  await gateway.start();
  await engine.start();
  await projector.start();

  const verify = async (workflowId: string): Promise<unknown> =>
    (await gateway.views.workflow(workflowId)) === undefined ? undefined : { ok: true };
  const module = ApiModule.register({ gateway, verify, version: 'test', areSecretsReadable });
  const app = await NestFactory.create<NestFastifyApplication>(module, createHttpAdapter(), {
    logger: ['error', 'warn'],
  });
  configureHttp(app, { log, ...options });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();

  return {
    app,
    gateway,
    journal,
    errors,
    projected: async () => {
      while (gateway.unprojected > 0) await new Promise<void>((resolve) => wake.push(resolve));
    },
    close: async () => {
      wake = [];
      await app.close();
      await gateway.stop();
      await engine.stop();
      await projector.stop();
      await journal.close();
      await registry.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
