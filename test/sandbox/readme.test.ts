import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openSandbox } from './harness.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const section = /^## The sandbox\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';

test('the faults that the README shows can be set', async () => {
  const [, json = ''] = /```json\n(\[[\s\S]*?)```/.exec(section) ?? [];
  const { sandbox } = await openSandbox({ faults: JSON.parse(json) });
  const shown = (await (await fetch(`${sandbox.origin}/_sandbox/faults`)).json()) as { data: { fault: string }[] };
  expect(shown.data.map(({ fault }) => fault)).toEqual(['rate_limit', 'error', 'slow', 'cut', 'reset']);
});

test('the addresses that the README names exist', async () => {
  const { sandbox } = await openSandbox();
  const named = [...section.matchAll(/^\| (.*?) (\/_sandbox\/\w+)` \|/gm)];
  expect(named.map(([, , path]) => path)).toEqual(['/_sandbox/reset', '/_sandbox/requests', '/_sandbox/faults']);
  for (const [, methods = '', path] of named) {
    for (const [method] of methods.matchAll(/[A-Z]+/g)) {
      const { status } = await fetch(sandbox.origin + path, {
        method,
        ...(path?.endsWith('faults') && method === 'POST' ? { body: '[]' } : {}),
      });
      expect([method, path, status]).toEqual([method, path, 200]);
    }
  }
});
