import { DaCapoError, type ErrorCode, errorCodes } from '@dacapo/contracts';

import { errorBodyOf } from './error-body.js';
import { violated } from './request-error.js';

describe('errorBodyOf', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])('has a status for %s', (code) => {
    const body = errorBodyOf(new DaCapoError(code, 'why'));
    expect(body).toMatchObject({ message: 'why', retryable: errorCodes[code].retryable, instance: expect.any(String) });
    expect([200, 400, 404, 409, 500, 501, 503]).toContain(body.status);
    expect(body.status === 500).toBe(errorCodes[code].kind === 'defect');
  });

  it('tells the violations of a model', () => {
    const body = errorBodyOf(violated([{ path: 'a', message: 'b' }]));
    expect(body).toMatchObject({
      status: 400,
      message: 'Validation failed, check below errors for detail.',
      validationErrors: [{ path: 'a', message: 'b' }],
    });
  });

  it('keeps the inside of a defect to itself', () => {
    expect(errorBodyOf(new TypeError('secret is not a function'))).toMatchObject({
      status: 500,
      message: 'Internal error',
    });
    expect(errorBodyOf('thrown text')).toMatchObject({ status: 500 });
  });
});
