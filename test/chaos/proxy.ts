/**
 * A way to a server that can be made bad: slow, cut, silent, or such that what is asked arrives and the answer does not. What a fault has
 * swallowed is gone, so the connections that it met end with it.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

type Weather = 'fine' | 'slow' | 'silent' | 'without answers';

const slowMs = 150;

interface Way {
  readonly client: Socket;
  readonly server: Socket;
}

export class Proxy {
  private weather: Weather = 'fine';
  private readonly ways = new Set<Way>();

  private constructor(
    private readonly listener: Server,
    private target: number,
  ) {}

  /** Listens on a port that is free; the way leads nowhere before `lead`. */
  static async open(): Promise<Proxy> {
    const listener = createServer();
    const proxy = new Proxy(listener, 0);
    listener.on('connection', (client) => proxy.take(client));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Where it leads from now on. */
  lead(target: number): void {
    this.target = target;
  }

  /** All connections at once; new ones are fine. */
  cut(): void {
    for (const way of this.ways) end(way);
  }

  async slow(seconds: number): Promise<void> {
    await this.be('slow', seconds);
  }

  /** Half-open: nothing comes through, and nobody is told. */
  async silence(seconds: number): Promise<void> {
    await this.be('silent', seconds);
    this.cut();
  }

  /** The server does what it is asked, and nobody hears of it. */
  async dropAnswers(seconds: number): Promise<void> {
    await this.be('without answers', seconds);
    this.cut();
  }

  async close(): Promise<void> {
    this.listener.close();
    this.cut();
    await once(this.listener, 'close');
  }

  private async be(weather: Weather, seconds: number): Promise<void> {
    this.weather = weather;
    await pause(seconds * 1000);
    if (this.weather === weather) this.weather = 'fine';
  }

  private take(client: Socket): void {
    const way = { client, server: connect(this.target, '127.0.0.1') };
    this.ways.add(way);
    for (const socket of [way.client, way.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => end(way));
      socket.on('close', () => {
        this.ways.delete(way);
        end(way);
      });
    }
    this.pass(client, way.server, () => this.weather === 'silent');
    this.pass(way.server, client, () => this.weather === 'silent' || this.weather === 'without answers');
  }

  /** In order, also when it is slow. */
  private pass(from: Socket, to: Socket, isLost: () => boolean): void {
    let sent = Promise.resolve();
    from.on('data', (bytes) => {
      if (isLost()) return;
      const waitMs = this.weather === 'slow' ? slowMs : 0;
      sent = sent.then(async () => {
        if (waitMs > 0) await pause(waitMs);
        if (!to.destroyed) to.write(bytes);
      });
    });
  }
}

function end({ client, server }: Way): void {
  client.destroy();
  server.destroy();
}
