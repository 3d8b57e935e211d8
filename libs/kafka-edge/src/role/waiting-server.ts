/** What stands at the gateway's port until it can serve: 503 for everybody, with Conductor's error body. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { errorBody } from '@dacapo/api';

export class WaitingServer {
  private readonly server: Server = createServer((request, response) => {
    const body = request.url === '/health' ? { healthy: false } : errorBody(503, 'The gateway is not ready yet');
    response.writeHead(503, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
    response.end(JSON.stringify(body));
  });

  async listen(port: number, host: string): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  getUrl(): Promise<string> {
    const address = this.server.address();
    return Promise.resolve(`http://localhost:${typeof address === 'object' ? address?.port : ''}`);
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
