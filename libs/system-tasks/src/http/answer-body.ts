/** The bytes of an answer, decompressed while they come and never more than the bound: a bomb is noticed when it has grown to that. */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { limits } from '../limits.js';
import { HttpFault } from './http-fault.js';

/** `onBytes` is called for every piece that comes out; a stream that only takes in is silent. Throws HttpFault, or what the stream says. */
export async function readBody(incoming: IncomingMessage, method: string, onBytes: () => void): Promise<Buffer> {
  if (method === 'HEAD' || incoming.statusCode === 204 || incoming.statusCode === 304) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decoded(incoming) as AsyncIterable<Buffer>) {
    onBytes();
    bytes += chunk.length;
    if (bytes > limits.httpBodyBytes)
      throw new HttpFault('ANSWER_TOO_LARGE', `The answer is larger than ${limits.httpBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(incoming: IncomingMessage): NodeJS.ReadableStream {
  const encoding = incoming.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const decoder = decoderOf(encoding);
  if (decoder === undefined) return incoming;
  // Its errors reach the reader of the decoder.
  return pipeline(incoming, decoder, () => undefined);
}

function decoderOf(encoding: string): ReturnType<typeof createGunzip> | undefined {
  switch (encoding) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      return createInflate();
    default:
      // Nobody asked for it; several at once are how a bomb hides in a bomb.
      throw new HttpFault('ANSWER_MALFORMED', 'The content encoding of the answer is not supported');
  }
}
