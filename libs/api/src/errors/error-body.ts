/** What a client gets for an error: Conductor's body, whatever the error was. */
import { hostname } from 'node:os';

import { type DaCapoError, isDaCapoError } from '@dacapo/contracts';
import type { Violation } from '@dacapo/definitions';

import { statusOfKind } from './status.js';

export interface ErrorBody {
  readonly status: number;
  readonly message: string;
  readonly instance: string;
  readonly retryable: boolean;
  readonly validationErrors?: readonly Violation[];
}

const instance = hostname();

export function errorBodyOf(error: unknown): ErrorBody {
  if (isDaCapoError(error)) return bodyOfOurs(error);
  const status = statusOf(error);
  // What is not ours and no client error is a defect: its message may tell of our insides.
  const message = status >= 500 || !(error instanceof Error) ? 'Internal error' : error.message;
  return errorBody(status, message);
}

export function errorBody(status: number, message: string): ErrorBody {
  return { status, message, instance, retryable: status === 503 };
}

function bodyOfOurs(error: DaCapoError): ErrorBody {
  const body = { status: statusOfKind[error.kind], message: error.message, instance, retryable: error.retryable };
  const violations = 'violations' in error ? (error.violations as readonly Violation[]) : [];
  return violations.length === 0 ? body : { ...body, validationErrors: violations };
}

/** Errors of Nest carry `getStatus`, those of Fastify `statusCode`. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  if ('getStatus' in error && typeof error.getStatus === 'function') return Number(error.getStatus());
  return 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
}
