import { Catalog } from '../../src/catalog/catalog.js';
import { ClerkClient, type ClerkClientOptions } from '../../src/clerk/clerk-client.js';
import { ClerkError } from '../../src/clerk/errors.js';
import type { Clock } from '../../src/platform/clock.js';
import { operations } from '../../tools/index.js';

export const catalog = new Catalog(operations);
export const KEY = 'sk_test_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1';
export const NOW = Date.parse('2026-09-01T10:00:00Z');

/** Waits for nothing and keeps what it was asked to wait for. */
export class RecordingClock implements Clock {
  readonly waits: number[] = [];
  now = (): number => NOW;
  random = (): number => 0.5;
  sleep = async (ms: number): Promise<void> => {
    this.waits.push(ms);
  };
}

export const newClient = (baseUrl: string, options: Partial<ClerkClientOptions> = {}): ClerkClient =>
  new ClerkClient({ baseUrl, secretKey: KEY, userAgent: 'clerk-mcp/test', catalog, clock: new RecordingClock(), ...options });

/** The error that the call ends in. Fails when it ends in none, or in one that is not ours. */
export async function failureOf(call: Promise<unknown>): Promise<ClerkError> {
  const error = await call.then(
    (value) => new Error(`the call succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClerkError)) throw error;
  return error;
}
