import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import { Proxy } from './proxy.js';

describe('a proxy', () => {
  const heard: string[] = [];
  let echo: Server;
  let proxy: Proxy;
  let client: Socket;
  let answers: string;

  beforeEach(async () => {
    heard.length = 0;
    answers = '';
    echo = createServer((socket) => {
      socket.on('data', (bytes) => {
        heard.push(String(bytes));
        socket.write(bytes);
      });
      socket.on('error', () => undefined);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await Proxy.open();
    proxy.lead((echo.address() as AddressInfo).port);
    client = connect(proxy.port, '127.0.0.1');
    client.on('data', (bytes) => (answers += String(bytes)));
    client.on('error', () => undefined);
    await once(client, 'connect');
  });

  afterEach(async () => {
    client.destroy();
    await proxy.close();
    echo.close();
  });

  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 2_000; !holds() && Date.now() < end;)
      await new Promise((done) => setTimeout(done, 5));
    expect(holds()).toBe(true);
  };
  const isClosed = (): boolean => client.destroyed || client.readyState !== 'open';

  it('passes everything on, in order', async () => {
    for (const text of ['a', 'b', 'c']) client.write(text);
    await until(() => answers === 'abc');
  });

  it('is slow in both directions', async () => {
    const slow = proxy.slow(1);
    const begin = Date.now();
    client.write('a');
    client.write('b');
    await until(() => answers === 'ab');
    expect(Date.now() - begin).toBeGreaterThan(250);
    await slow;
  });

  it('cuts', async () => {
    proxy.cut();
    await until(isClosed);
  });

  it('lets nothing through while it is silent, and ends what it has met', async () => {
    const silent = proxy.silence(0.3);
    client.write('lost');
    await silent;
    expect([heard, answers]).toEqual([[], '']);
    await until(isClosed);
  });

  it('lets requests through and no answers', async () => {
    const dropping = proxy.dropAnswers(0.3);
    client.write('done');
    await dropping;
    expect([heard, answers]).toEqual([['done'], '']);
    await until(isClosed);
  });
});
