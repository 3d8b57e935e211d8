import { faultOf, HttpFault } from './http-fault.js';

const withCode = (code: unknown): Error => Object.assign(new Error('text of a library'), { code });

describe('what Node says, as a fault', () => {
  it.each([
    ['ENOTFOUND', 'NAME_NOT_FOUND'],
    ['EAI_AGAIN', 'NAME_NOT_FOUND'],
    ['ECONNREFUSED', 'CONNECTION_REFUSED'],
    ['ECONNRESET', 'CONNECTION_LOST'],
    ['EHOSTUNREACH', 'CONNECTION_FAILED'],
    ['ETIMEDOUT', 'CONNECT_TIMEOUT'],
    ['HPE_HEADER_OVERFLOW', 'TOO_MANY_HEADERS'],
    ['HPE_INVALID_CONSTANT', 'ANSWER_MALFORMED'],
    ['Z_DATA_ERROR', 'ANSWER_MALFORMED'],
    ['Z_BUF_ERROR', 'ANSWER_MALFORMED'],
    ['ERR__ERROR_FORMAT_PADDING_1', 'ANSWER_MALFORMED'],
    ['CERT_HAS_EXPIRED', 'TLS_FAILED'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_FAILED'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS_FAILED'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_FAILED'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS_FAILED'],
    ['EMFILE', 'CONNECTION_FAILED'],
    ['constructor', 'CONNECTION_FAILED'],
    [7, 'CONNECTION_FAILED'],
    [undefined, 'CONNECTION_FAILED'],
  ])('%s is %s', (code, expected) => {
    const fault = faultOf(withCode(code));
    expect(fault.code).toBe(expected);
    expect(fault.message).not.toContain('library');
  });

  it('shows no code that is not one', () => {
    expect(faultOf(withCode('secret text')).message).toBe('Connection failed');
    expect(faultOf('thrown text').message).toBe('Connection failed');
    expect(faultOf(null).message).toBe('Connection failed');
  });

  it('leaves our own as they are, and knows which may pass', () => {
    const fault = new HttpFault('READ_TIMEOUT', 'Read timed out');
    expect(faultOf(fault)).toBe(fault);
    expect(fault.isPassing).toBe(true);
    expect(new HttpFault('ADDRESS_DENIED', '').isPassing).toBe(false);
    expect(new HttpFault('REQUEST_INVALID', '').isPassing).toBe(false);
  });
});
