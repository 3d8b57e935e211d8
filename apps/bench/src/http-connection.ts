/**
 * One keep-alive connection that sends one request at a time. The load generator shares its cores with the server, so it must cost little:
 * this takes a fraction of what `fetch` takes. It understands what our server sends (Content-Length, or no body).
 */
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class HttpConnection {
  private buffer = '';
  private pending: Pending | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.receive(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static open(base: URL): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(base.port), base.hostname, () => resolve(new HttpConnection(socket, base.host)));
      socket.once('error', reject);
    });
  }

  request(method: 'GET' | 'POST' | 'PUT', path: string, body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      const head = `${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n`;
      if (body === undefined) this.socket.write(`${head}\r\n`);
      else
        this.socket.write(
          `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
    });
  }

  close(): void {
    this.pending = undefined;
    this.socket.destroy();
  }

  private receive(chunk: string): void {
    this.buffer = this.buffer === '' ? chunk : this.buffer + chunk;
    const headEnd = this.buffer.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.buffer.slice(0, headEnd).toLowerCase();
    const mark = head.indexOf('content-length: ');
    const length = mark < 0 ? 0 : Number.parseInt(head.slice(mark + 16), 10);
    const end = headEnd + 4 + length;
    if (this.buffer.length < end) return;
    const body = this.buffer.slice(headEnd + 4, end);
    this.buffer = this.buffer.slice(end);
    const { pending } = this;
    this.pending = undefined;
    pending?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  private fail(error: Error): void {
    this.pending?.reject(error);
    this.pending = undefined;
  }
}
