import { expect, it } from 'vitest';
import { refuseForeign } from '../../src/pages/guard.js';

const hosts = () => new Set(['localhost:5776']);

const refused = (method: string, headers: Record<string, string>): string | undefined =>
  refuseForeign(new Request('http://localhost:5776/approvals', { method, headers: { host: 'localhost:5776', ...headers } }), {
    hosts,
  });

it.each([
  ['a terminal', 'POST', {}],
  ['its own page', 'POST', { origin: 'http://localhost:5776', 'sec-fetch-site': 'same-origin' }],
  ['an address that was typed', 'GET', { 'sec-fetch-site': 'none' }],
  ['a link', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
])('answers %s', (_, method, headers) => {
  expect(refused(method, headers)).toBeUndefined();
});

it.each([
  ['a name that was made to point here', 'GET', { host: 'evil.example:5776' }],
  ['another port of this machine', 'POST', { origin: 'http://localhost:5777' }],
  ['another site', 'POST', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a page without an origin', 'POST', { origin: 'null' }],
  [
    'a form of another site',
    'POST',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  ],
  ['a frame', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  [
    'a script of a neighbouring site',
    'GET',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  ],
])('refuses %s', (_, method, headers) => {
  expect(refused(method, headers)).toEqual(expect.any(String));
});
