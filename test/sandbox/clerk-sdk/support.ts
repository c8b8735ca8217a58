import { type ClerkClient, createClerkClient } from '@clerk/backend';
import { type ClerkAPIResponseError, isClerkAPIResponseError } from '@clerk/backend/errors';
import { expect } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/options.js';
import { type Client, openSandbox } from '../harness.js';

export interface Opened {
  /** Clerk's own SDK, of which nothing but the address is said. */
  readonly clerk: ClerkClient;
  /** Plain HTTP to the same sandbox, and its clock. */
  readonly client: Client;
}

/** A sandbox of the test's own with Clerk's SDK pointed at it. */
export async function openClerk(options: SandboxOptions = {}): Promise<Opened> {
  const client = await openSandbox(options);
  const { origin: apiUrl, secretKey } = client.sandbox;
  // Its telemetry goes to another address, which no test may call.
  return { clerk: createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } }), client };
}

/** The error that a call of the SDK ends in, which the SDK must know as one of Clerk's. */
export async function refusalOf(call: Promise<unknown>): Promise<ClerkAPIResponseError> {
  const error: unknown = await call.then(
    (value) => new Error(`the call succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isClerkAPIResponseError(error)) throw error;
  return error;
}

/** Status, code and parameter of a refusal, which every one of Clerk's must trace. */
export async function codeOf(call: Promise<unknown>): Promise<[status: number, code: string, param?: string]> {
  const { status, errors, clerkTraceId } = await refusalOf(call);
  expect(clerkTraceId).toMatch(/^[0-9a-f]{32}$/);
  const [first] = errors;
  if (first === undefined) throw new Error('the error names no code');
  const param = first.meta?.paramName;
  return param === undefined ? [status, first.code] : [status, first.code, param];
}

/** The ids of a page. */
export const ids = (page: { data: readonly { id: string }[] }): string[] => page.data.map((row) => row.id);

/** What a deletion answers, as the SDK reads it. */
export const deletedAs = (object: string, id: string) => expect.objectContaining({ object, id, deleted: true });
