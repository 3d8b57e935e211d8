/** How often HTTP_POLL asks, and until when (contract 6.24). The SDKs put these keys beside `http_request` or inside of it. Pure. */
import type { JsonObject } from '@dacapo/contracts';

import { requestMapOf } from '../http/http-request.js';
import { firstOf, numberOf, textOf } from '../json/values.js';
import { limits } from '../limits.js';

const strategies = ['FIXED', 'LINEAR_BACKOFF', 'EXPONENTIAL_BACKOFF'] as const;

export interface Polling {
  readonly intervalSeconds: number;
  readonly strategy: (typeof strategies)[number];
  /** Absent: any 2xx answer will do. */
  readonly terminationCondition?: string;
  /** Absent: as long as the task may run. */
  readonly maxPollCount?: number;
}

const intervalDefaultSeconds = 60;

/** The settings, or what is wrong with them. */
export function readPolling(input: JsonObject): Polling | string {
  const all = { ...requestMapOf(input), ...withoutNull(input) };
  const interval = firstOf(all, 'pollingInterval');
  const intervalSeconds = interval === undefined ? intervalDefaultSeconds : numberOf(interval);
  if (intervalSeconds === undefined || intervalSeconds <= 0)
    return 'pollingInterval must be a number of seconds above 0';
  const given = textOf(firstOf(all, 'pollingStrategy'))?.trim().toUpperCase() ?? 'FIXED';
  const strategy = strategies.find((each) => each === given);
  if (strategy === undefined) return `pollingStrategy must be one of ${strategies.join(', ')}`;
  const count = firstOf(all, 'maxPollCount');
  const maxPollCount = count === undefined ? undefined : numberOf(count);
  if (count !== undefined && (maxPollCount === undefined || maxPollCount < 1))
    return 'maxPollCount must be a number above 0';
  const terminationCondition = textOf(firstOf(all, 'terminationCondition', 'terminalCondition'));
  return {
    intervalSeconds,
    strategy,
    ...(terminationCondition === undefined ? {} : { terminationCondition }),
    ...(maxPollCount === undefined ? {} : { maxPollCount }),
  };
}

/** Whole seconds until the round after this one; rounds count from 1. */
export function pauseAfter({ intervalSeconds, strategy }: Polling, round: number): number {
  const factor = strategy === 'FIXED' ? 1 : strategy === 'LINEAR_BACKOFF' ? round : 2 ** Math.min(round - 1, 60);
  return Math.min(Math.ceil(intervalSeconds * Math.max(factor, 1)), limits.pollingSeconds);
}

function withoutNull(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}
