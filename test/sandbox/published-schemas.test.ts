import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { ClerkClient } from '../../src/clerk/clerk-client.js';
import { ClerkApiError } from '../../src/clerk/errors.js';
import { operations } from '../../tools/index.js';
import { ExchangeChecker } from '../support/published/checker.js';
import { loadDocuments } from '../support/published/documents.js';
import { ANY_VALUE, REQUIRED_BUT_UNDEFINED } from '../support/published/known-faults.js';
import { checkedSoFar } from '../support/published/watch.js';
import { bodySchema, leastRequest, UNKNOWN, wrongRequests } from '../support/published/wrong-requests.js';
import { fullArguments } from '../support/sample-arguments.js';
import { everyOperation, START } from './every-operation.js';
import { type Client, NOON, openSandbox } from './harness.js';
import { fillIn, type Held, hold, prepare } from './step.js';

const AT_ONCE = 16;
const catalog = new Catalog(operations);

/** @param secretKey Default: the instance's. */
async function withClient<T>(client: Client, use: (clerk: ClerkClient) => Promise<T>, secretKey?: string): Promise<T> {
  const clerk = new ClerkClient({
    baseUrl: client.sandbox.url,
    secretKey: secretKey ?? client.sandbox.secretKey,
    userAgent: 'clerk-mcp/test',
    catalog,
    maxAttempts: 1,
  });
  try {
    return await use(clerk);
  } finally {
    await clerk.close();
  }
}

describe('every operation', () => {
  it('is in the walk once', () => {
    const walked = everyOperation(NOON).map((step) => step.operation);
    expect(walked.toSorted()).toEqual(operations.map((operation) => operation.name).toSorted());
  });

  it('succeeds, sent by our own client, and answers as Clerk publishes', async () => {
    const client = await openSandbox({ seed: START });
    const held: Held = {};
    await withClient(client, async (clerk) => {
      for (const step of everyOperation(NOON)) {
        const { operation, args = {}, keep = {}, key } = step;
        await prepare(step, held, async (method, path, body) => (await client.json(method, path, body)).body);
        const send = (by: ClerkClient) => by.send(catalog.get(operation), fillIn(args, held));
        const answer = key === undefined ? await send(clerk) : await withClient(client, send, held[key]);
        expect([200, 201, 202, 204], operation).toContain(answer.status);
        hold(held, keep, answer.value);
      }
    });
    const checked = await checkedSoFar();
    const succeeded = new Set([...checked.keys()].filter((key) => / 2\d\d$/.test(key)).map((key) => key.split(' ')[0]));
    // Clerk kept the ids of its older billing operations for the present ones.
    expect([...succeeded].toSorted()).toEqual([...new Set(operations.map(({ spec }) => spec.clerk))].toSorted());
  });

  /** Codes that say the request itself is malformed, whatever the state. */
  const MALFORMED = /^form_param_(?:unknown|type_invalid|missing|nil)$/;

  it('knows every input that it declares', async () => {
    const client = await openSandbox({ seed: START });
    await withClient(client, async (clerk) => {
      for (const operation of operations) {
        const outcome: unknown = await clerk.send(operation, fullArguments(operation)).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) continue;
        if (!(outcome instanceof ClerkApiError)) throw outcome;
        expect(outcome.status, `${operation.name}: ${outcome.message}`).toBeLessThan(500);
        expect(
          outcome.errors.filter(({ code }) => MALFORMED.test(code)),
          operation.name,
        ).toEqual([]);
      }
    });
  });
});

const documents = loadDocuments();

/** Does the same with everything, a few at once. */
async function inTurns<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(act))));
  }
  return results;
}

describe('what the documents forbid', () => {
  const checker = new ExchangeChecker(documents);
  const cases = operations.flatMap((operation) => {
    const found = documents
      .flatMap((document) => document.operations.map((published) => ({ document, published })))
      .find(({ published }) => published.operationId === operation.spec.clerk);
    return found === undefined ? [] : [{ operation, ...found }];
  });
  const json = { 'content-type': 'application/json' };

  const wrong = cases.flatMap(({ operation, published, document }) =>
    wrongRequests(operation, published, document, checker).map((request) => ({
      group: operation.group,
      version: operation.apiVersion,
      ...request,
    })),
  );

  it.each([...new Set(wrong.map(({ group }) => group))])('is refused by %s', async (group) => {
    const client = await openSandbox({ seed: START });
    const ofGroup = wrong.filter((request) => request.group === group);
    const outcomes = await inTurns(ofGroup, async ({ what, method, path, body, version }) => {
      const headers = { ...json, 'clerk-api-version': version };
      const init = body === undefined ? { headers } : { headers, body: JSON.stringify(body) };
      const { status, code } = await client.send(method, path, init);
      return { what, status, code };
    });
    expect(outcomes.filter(({ status, code }) => status !== 422 || code?.startsWith('form_') !== true)).toEqual([]);
  });

  it('is tried in more than a thousand ways', () => {
    expect(wrong.length).toBeGreaterThan(1000);
  });

  it('is, of unknown properties, refused exactly where Clerk’s schema is closed', async () => {
    const client = await openSandbox({ seed: START });
    for (const { operation, published } of cases) {
      const schema = bodySchema(published);
      if (schema === undefined) continue;
      const { method, path, body } = leastRequest(operation);
      const headers = { ...json, 'clerk-api-version': operation.apiVersion };
      const init = { headers, body: JSON.stringify({ ...body, [UNKNOWN]: 38 }) };
      const { code, param } = await client.send(method, path, init);
      const refused = code === 'form_param_unknown' && param === UNKNOWN;
      expect(refused, operation.name).toBe(schema.additionalProperties === false);
    }
  });
});

it('the faults of the documents are those that are known', async () => {
  for (const { version, components, operations: published } of documents) {
    const undefinedOnes = Object.entries(components.schemas)
      .map(([name, schema]) => [name, requiredButUndefined(schema)] as const)
      .filter(([, properties]) => properties.length > 0);
    const known = Object.entries(REQUIRED_BUT_UNDEFINED).map(([name, { properties }]) => [name, properties]);
    expect(Object.fromEntries(undefinedOnes), version).toEqual(Object.fromEntries(known));
    expect([...anyValued([components, published])], version).toEqual(Object.keys(ANY_VALUE));
  }
});

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

const requiredButUndefined = ({ properties, required = [] }: ObjectSchema): string[] =>
  properties === undefined ? [] : required.filter((name) => !Object.hasOwn(properties, name));

/** Names of the properties, anywhere below, of which the schema says nothing. */
function anyValued(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found;
  for (const [name, property] of Object.entries((node as ObjectSchema).properties ?? {})) {
    if (Object.keys(property).length === 0) found.add(name);
  }
  for (const inner of Object.values(node)) anyValued(inner, found);
  return found;
}
