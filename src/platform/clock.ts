import { setTimeout as delay } from 'node:timers/promises';

/** Time and randomness for retries. */
export interface Clock {
  /** Wall-clock milliseconds. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** Ends after `ms`, or as soon as the signal aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};
