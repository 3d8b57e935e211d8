/** The four roles with a schema registry, while it is away, and without it again on the same log. The servers are this suite's own: one is killed. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { inboxWorkflowId, unframed } from '@dacapo/contracts';
import { orderTasks } from '@dacapo/examples';
import { sha256 } from '@dacapo/platform';
import { PrivateServers } from '@dacapo/ports-testing';
import { openFraming } from '@dacapo/schema-registry';
import confluent from '@kafkajs/confluent-schema-registry';

import { describeWithServers, expectWhole, freePort, Installation, silent } from './harness.js';

const orders = 10;

describeWithServers('a schema registry', () => {
  let servers: PrivateServers;
  let url: string;
  let installation: Installation;
  const workflowIds: string[] = [];

  const anInstallation = (): Installation =>
    new Installation(servers.address('DACAPO_KAFKA_BROKERS'), servers.address('DACAPO_MONGO_URL'));

  beforeAll(async () => {
    servers = await PrivateServers.start({ hasRegistry: true });
    url = servers.address('DACAPO_TEST_REGISTRY_URL');
    installation = anInstallation();
  }, 120_000);

  afterAll(async () => {
    await installation.stop();
    await servers.remove();
  }, 60_000);

  async function startOrders(): Promise<void> {
    workflowIds.push(...(await installation.startOrders(orders)));
  }

  async function expectAllWhole(): Promise<void> {
    for (const workflowId of workflowIds) await expectWhole(installation, workflowId);
  }

  async function framedShare(topic: string): Promise<{ readonly framed: number; readonly plain: number }> {
    const values = await installation.values(topic);
    const framed = values.filter((value) => value[0] === 0).length;
    return { framed, plain: values.length - framed };
  }

  it('has the schema of every command, event and task of the demo, and the demo is valid', async () => {
    await installation.start('--demo', '--schema-registry-url', url);
    await installation.until('the proof', () => installation.stdout.includes('verify: valid'));
    const registry = new confluent.SchemaRegistry({ host: url });
    for (const topic of ['commands', 'events', 'tasks.charge_card']) {
      const values = await installation.values(topic);
      expect(values.length).toBeGreaterThan(0);
      // The registry's own client takes the frame, fetches the schema and validates.
      for (const value of values) expect(await registry.decode(value)).toEqual(JSON.parse(unframed(value).toString()));
    }
  }, 120_000);

  it('may be killed: what runs goes on, a role that starts waits and says so, and nothing is lost', async () => {
    await installation.startWorker(orderTasks);
    await startOrders();
    await servers.kill('registry');
    await startOrders();
    await expectAllWhole();
    expect(await framedShare('events')).toMatchObject({ plain: 0 });

    installation.killRole('engine');
    await startOrders();
    const count = (): number => installation.stderr.match(/The schema registry \S+ cannot be reached/g)?.length ?? 0;
    await installation.until('the engine to say so', () => count() === 1);
    await pause(3_000);
    expect(count()).toBe(1);
    await servers.start();
    await expectAllWhole();
  }, 180_000);

  it('reads framed records on inbox, and tells the frame of a refused one apart from its JSON', async () => {
    const schema = JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    const subject = `${installation.prefix}inbox-Anything`;
    const framing = await openFraming({ url, subjects: [{ name: subject, schema }], log: silent });
    const [good, bad] = [randomUUID(), randomUUID()];
    const start = { type: 'StartWorkflow', id: good, request: { name: 'order', input: { cents: 1, country: 'DE' } } };
    const refused = JSON.stringify({ ...start, id: bad, request: { name: 'nobody' } });
    const producer = installation.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const values = [JSON.stringify(start), refused].map((json) => framing?.frame(subject, json) ?? json);
    expect(values[0]?.[0]).toBe(0);
    await producer.send({ topic: `${installation.prefix}inbox`, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
    await installation.completed(inboxWorkflowId(good, sha256));
    await installation.until('the dead letter', async () => (await installation.deadLetters()).length > 0);
    expect((await framedShare('dead-letters')).plain).toBe(0);
    expect(await installation.deadLetters()).toEqual([
      expect.objectContaining({
        code: 'DEFINITION_NOT_FOUND',
        id: bad,
        payload: refused,
        encoding: 'text',
        schemaId: (values[1] as Buffer).readInt32BE(1),
      }),
    ]);
  }, 120_000);

  it('can be left out again: the log holds both, and all of it is read and proven', async () => {
    await startOrders();
    await installation.stopRoles();
    await installation.start();
    await startOrders();
    await expectAllWhole();
    const { framed, plain } = await framedShare('events');
    expect(framed).toBeGreaterThan(orders);
    expect(plain).toBeGreaterThan(orders);
  }, 180_000);

  it('that refuses a schema is told in one line, and the roles do not start', async () => {
    const other = anInstallation();
    // Somebody else's, under a name of ours.
    const schema = JSON.stringify({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { type: { type: 'integer' } },
      required: ['type'],
      additionalProperties: false,
    });
    const name = `${other.prefix}events-TaskStarted`;
    await openFraming({ url, subjects: [{ name, schema }], log: silent });
    other.launch('--port', String(await freePort()), '--schema-registry-url', url);
    expect(await other.ended()).toBe(1);
    expect(other.stderr).toContain(`The schema registry refuses ${name} (409: `);
    expect(other.stderr).toContain('The engine cannot be started');
    await other.stop();
  }, 120_000);
});
