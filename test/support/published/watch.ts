import { expect, inject } from 'vitest';
import type { SandboxRequest, SandboxResponse } from '../../../src/sandbox/middleware.js';
import { ExchangeChecker, type WireExchange } from './checker.js';
import { loadDocuments } from './documents.js';
import { addErrors, addToTally } from './report.js';

const folder = inject('tally');
const pending: WireExchange[] = [];
/** Statuses and codes of the errors that were answered. */
const errors = new Set<string>();
let checker: ExchangeChecker | undefined;

/** To be told of every exchange with a sandbox. When a test has ended its exchanges must be as Clerk's documents say. */
export function watchExchange(request: SandboxRequest, response: SandboxResponse): void {
  const { method, segments, query, headers, body: requestBody } = request;
  // The sandbox's own addresses are not Clerk's.
  if (segments[0] === '_sandbox') return;
  const { status, body } = response;
  const type = response.headers?.['content-type'] ?? (body === undefined ? undefined : 'application/json');
  const sent = body instanceof Uint8Array ? new TextDecoder().decode(body) : jsonOf(body);
  for (const code of codesOf(sent)) errors.add(`${status} ${code}`);
  pending.push({ method, segments, query, headers, requestBody, status, type, body: sent });
}

const codesOf = (body: unknown): string[] =>
  typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors)
    ? body.errors.map(({ code }) => String(code))
    : [];

/** As it arrives: a later change of a kept row does not reach what was sent. */
const jsonOf = (body: unknown): unknown => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)));

/** What was checked so far in this test. */
export async function checkedSoFar(): Promise<ReadonlyMap<string, number>> {
  await checkPending();
  return checker?.checked ?? new Map();
}

/** To be called when a test has ended. */
export async function checkExchanges(): Promise<void> {
  try {
    await checkPending();
  } finally {
    if (checker !== undefined) addToTally(folder, checker.checked);
    checker?.checked.clear();
    if (errors.size > 0) addErrors(folder, errors);
    errors.clear();
  }
}

async function checkPending(): Promise<void> {
  const wrong: string[] = [];
  for (const exchange of pending.splice(0)) {
    checker ??= new ExchangeChecker(loadDocuments());
    wrong.push(...(await checker.check(exchange)));
  }
  expect([...new Set(wrong)], 'the exchange is not as Clerk publishes it').toEqual([]);
}
