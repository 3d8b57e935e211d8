/** A real server on a free port of the loopback, that does what a test wants of it, well or badly. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export class TestServer {
  readonly received: Received[] = [];

  private constructor(
    private readonly server: Server | TcpServer,
    private readonly sockets: Set<Socket>,
    readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Answers after the whole request has come. */
  static async http(answer: RequestListener): Promise<TestServer> {
    let made: TestServer | undefined;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', rawHeaders, headers } = request;
        made?.received.push({ method, url, rawHeaders, headers, body: Buffer.concat(chunks).toString('utf8') });
        answer(request, response);
      });
    });
    made = await TestServer.listen(server);
    return made;
  }

  /** What it gets is thrown away; `speak` writes bytes. */
  static tcp(speak: (socket: Socket) => void): Promise<TestServer> {
    return TestServer.listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => speak(socket));
      }),
    );
  }

  private static async listen(server: Server | TcpServer): Promise<TestServer> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestServer(server, sockets, (server.address() as AddressInfo).port);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** A port of the loopback on which nobody listens. */
export async function aFreePort(): Promise<number> {
  const server = await TestServer.tcp(() => undefined);
  await server.close();
  return server.port;
}
