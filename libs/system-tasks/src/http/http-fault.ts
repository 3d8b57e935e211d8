/** Why there is no answer, in our words: a code for programs, a sentence for people. Neither quotes what the library or the server said. */

export type HttpFaultCode =
  | 'REQUEST_INVALID'
  | 'ADDRESS_DENIED'
  | 'NAME_NOT_FOUND'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_FAILED'
  | 'CONNECTION_LOST'
  | 'TLS_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'READ_TIMEOUT'
  | 'TOTAL_TIMEOUT'
  | 'TOO_MANY_REDIRECTS'
  | 'TOO_MANY_HEADERS'
  | 'ANSWER_TOO_LARGE'
  | 'ANSWER_MALFORMED'
  | 'STOPPED';

export class HttpFault extends Error {
  constructor(
    readonly code: HttpFaultCode,
    message: string,
  ) {
    super(message);
    this.name = 'HttpFault';
  }

  /** The next try may go better: nothing is wrong with the request itself. */
  get isPassing(): boolean {
    return this.code !== 'REQUEST_INVALID' && this.code !== 'ADDRESS_DENIED';
  }
}

const byCode: Readonly<Record<string, readonly [HttpFaultCode, string]>> = {
  ENOTFOUND: ['NAME_NOT_FOUND', 'Name or service not known'],
  EAI_AGAIN: ['NAME_NOT_FOUND', 'Name or service not known'],
  ENODATA: ['NAME_NOT_FOUND', 'Name or service not known'],
  ECONNREFUSED: ['CONNECTION_REFUSED', 'Connection refused'],
  ECONNRESET: ['CONNECTION_LOST', 'Connection reset'],
  EPIPE: ['CONNECTION_LOST', 'Connection reset'],
  ERR_STREAM_PREMATURE_CLOSE: ['CONNECTION_LOST', 'Connection closed before the answer was complete'],
  EHOSTUNREACH: ['CONNECTION_FAILED', 'No route to host'],
  ENETUNREACH: ['CONNECTION_FAILED', 'Network is unreachable'],
  ETIMEDOUT: ['CONNECT_TIMEOUT', 'Connect timed out'],
  HPE_HEADER_OVERFLOW: ['TOO_MANY_HEADERS', 'The headers of the answer are too large'],
  EPROTO: ['TLS_FAILED', 'The TLS handshake failed'],
};

/** What Node says, as a fault of ours. */
export function faultOf(error: unknown): HttpFault {
  if (error instanceof HttpFault) return error;
  const code = codeOf(error);
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known !== undefined) return new HttpFault(...known);
  if (code.startsWith('HPE_')) return new HttpFault('ANSWER_MALFORMED', 'The answer is not HTTP');
  if (/^Z_|^ERR_(BROTLI|_ERROR)|^ERR__/.test(code))
    return new HttpFault('ANSWER_MALFORMED', 'The body of the answer cannot be decompressed');
  if (/CERT|SIGNATURE|^ERR_(TLS|SSL)/.test(code))
    return new HttpFault('TLS_FAILED', `The certificate is refused: ${code}`);
  return new HttpFault('CONNECTION_FAILED', code === '' ? 'Connection failed' : `Connection failed: ${code}`);
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  // Codes are constants of Node and OpenSSL; whatever else stands there is not shown.
  return typeof error.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(error.code) ? error.code : '';
}
