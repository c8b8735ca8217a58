import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { operations } from '../../../tools/index.js';
import { openClerk } from './support.js';

/** Methods that send what the catalog does not have, and what they send. */
const BEYOND: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  clients: { getHandshakePayload: 'GET /clients/handshake_payload' },
};

/** Resources of the SDK of which the catalog has no operation. */
const OTHERS = ['__experimental_accountlessApplications', 'emails'];

/** The methods of one of the SDK's resources. */
const methodsOf = (resource: object): string[] =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(resource)).filter((name) => name !== 'constructor');

it('every method of the SDK is called in these tests, or sends what the catalog does not have', async () => {
  const { clerk } = await openClerk();
  const folder = new URL('./', import.meta.url);
  const tests = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const resources = Object.entries(clerk).filter(([, value]) => typeof value === 'object' && 'request' in value);
  const uncalled = resources
    .filter(([name]) => !OTHERS.includes(name))
    .flatMap(([name, resource]) => methodsOf(resource).map((method) => [name, method] as const))
    .filter(([name, method]) => !Object.hasOwn(BEYOND[name] ?? {}, method))
    .filter(([name, method]) => !new RegExp(`\\b${name}\\s*\\.${method}\\(`).test(tests));
  expect(uncalled).toEqual([]);
  expect(OTHERS.filter((name) => !resources.some(([other]) => other === name))).toEqual([]);
});

it('what is called beyond the catalog is', () => {
  const known = new Set(operations.map(({ method, path }) => `${method} ${path}`));
  const requests = Object.values(BEYOND).flatMap((methods) => Object.values(methods));
  expect(requests.filter((request) => known.has(request))).toEqual([]);
});
