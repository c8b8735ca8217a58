import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { addUser, openSandbox } from './harness.js';

const section = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');

it('the faults that the page shows can be set', async () => {
  const [, json = ''] = /```json\n(\[[\s\S]*?)```/.exec(section) ?? [];
  const { sandbox } = await openSandbox({ faults: JSON.parse(json) });
  const shown = (await (await fetch(`${sandbox.origin}/_sandbox/faults`)).json()) as { data: { fault: string }[] };
  expect(shown.data.map(({ fault }) => fault)).toEqual(['rate_limit', 'error', 'slow', 'cut', 'reset']);
});

it('the addresses that the page names exist', async () => {
  const client = await openSandbox();
  const { sandbox } = client;
  const user = await addUser(client, 'ada@example.com');
  const { body: application } = await client.post('/oauth_applications', { name: 'Shop' });
  const bodies: Record<string, object> = {
    '/_sandbox/faults': [],
    '/_sandbox/clock': { advance_ms: 1000 },
    // As the page shows it, with ids that exist.
    '/_sandbox/oauth_tokens': {
      ...JSON.parse(/```json\n(\{[\s\S]*?)```/.exec(section)?.[1] ?? ''),
      oauth_application_id: application.id,
      user_id: user.id,
    },
  };
  const named = [...section.matchAll(/^\| (.*?) (\/_sandbox\/\w+)` \|/gm)];
  // What forgets everything comes last.
  named.reverse();
  expect(named.map(([, , path]) => path)).toEqual([
    '/_sandbox/clock',
    '/_sandbox/webhooks',
    '/_sandbox/messages',
    '/_sandbox/oauth_tokens',
    '/_sandbox/faults',
    '/_sandbox/changes',
    '/_sandbox/requests',
    '/_sandbox/reset',
  ]);
  for (const [, methods = '', path] of named) {
    for (const [method] of methods.matchAll(/[A-Z]+/g)) {
      const { status } = await fetch(sandbox.origin + path, {
        method,
        ...(method === 'POST' && path !== undefined && path in bodies ? { body: JSON.stringify(bodies[path]) } : {}),
      });
      expect([method, path, status]).toEqual([method, path, 200]);
    }
  }
});
