import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadOperations } from '../../src/catalog/declaration.js';
import { seedDescription } from '../../src/sandbox/seed/description.js';
import { groups } from '../../tools/groups.js';
import { type Client, EASY, openSandbox } from './harness.js';

/** The operations that write settings of the instance. */
const WRITES = /^PATCH \/(?:instance|beta_features\/instance_settings)(?:\/|$)/;
const NOTHING = 'Nothing here';

const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
const [, section = ''] = /### Settings\n([\s\S]*?)\n### /.exec(page) ?? [];

/** What the page says of each setting. */
const told = new Map(
  [...section.matchAll(/^\| (`[^|]*) \| [^|]* \| ([^|]*) \|$/gm)].flatMap(([, names = '', text = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, text] as const),
  ),
);

const written = (await loadOperations(groups))
  .filter(({ spec }) => WRITES.test(spec.request))
  .flatMap(({ spec }) => Object.keys(spec.body ?? {}));

let nth = 0;
const address = (domain = 'example.com'): string => `person${nth++}@${domain}`;
const statusOfUser = async (client: Client, body: object): Promise<unknown> => (await client.post('/users', body)).status;

/** A new organization, or why there is none. */
async function organization(client: Client, body: object = {}) {
  const { body: user } = await client.post('/users', { email_address: [address()] });
  const answer = await client.post('/organizations', { name: 'Engine', created_by: user.id, ...body });
  return { ...answer, creator: user.id };
}

async function codeSent(client: Client, kind: 'email_addresses' | 'phone_numbers', of: object): Promise<unknown> {
  const { body: user } = await client.post('/users', { email_address: [address()] });
  const { body: row } = await client.post(`/${kind}`, { user_id: user.id, ...of });
  const prepared = await client.post(`/${kind}/${row.id}/prepare_verification`);
  if (prepared.status !== 200) return prepared.code;
  return ((await (await fetch(`${client.sandbox.origin}/_sandbox/codes/${row.id}`)).json()) as { code: string }).code;
}

const enrollment = async (client: Client, mode: string): Promise<unknown> => {
  const { body } = await organization(client);
  const domain = { name: `shop${nth++}.example.com`, enrollment_mode: mode };
  return (await client.post(`/organizations/${body.id}/domains`, domain)).status;
};

const SETTINGS = '/instance/organization_settings';
const RESTRICTIONS = '/instance/restrictions';
const BETA = '/beta_features/instance_settings';

type Probe = readonly [path: string, values: readonly [unknown, unknown], probe: (client: Client) => Promise<unknown>];

/** By setting: two values, and something that comes out differently with them. */
const PROBES: Readonly<Record<string, Probe>> = {
  test_mode: [
    '/instance',
    [true, false],
    async (client) =>
      (await codeSent(client, 'email_addresses', { email_address: `a${nth++}+clerk_test@example.com` })) === '424242',
  ],
  hibp: ['/instance', [true, false], (client) => statusOfUser(client, { email_address: [address()], password: 'password123' })],
  allowed_origins: [
    '/instance',
    [['http://a.example'], []],
    async (client) => (await client.get('/instance')).body.allowed_origins,
  ],
  allowlist: [RESTRICTIONS, [true, false], (client) => statusOfUser(client, { email_address: [address()] })],
  blocklist: [RESTRICTIONS, [true, false], (client) => statusOfUser(client, { email_address: [address('blocked.example')] })],
  block_email_subaddresses: [
    RESTRICTIONS,
    [true, false],
    (client) => statusOfUser(client, { email_address: [`a+${nth++}@example.com`] }),
  ],
  block_disposable_email_domains: [
    RESTRICTIONS,
    [true, false],
    (client) => statusOfUser(client, { email_address: [address('mailinator.com')] }),
  ],
  restricted_to_allowlist: [BETA, [true, false], (client) => statusOfUser(client, { email_address: [address()] })],
  from_email_address: [
    BETA,
    ['hello', 'noreply'],
    async (client) =>
      (await client.post('/templates/email/invitation/preview', { subject: 'Hi', body: 'Hi' })).body.from_email_address,
  ],
  enabled: [SETTINGS, [false, true], async (client) => (await organization(client)).status],
  max_allowed_memberships: [SETTINGS, [7, 5], async (client) => (await organization(client)).body.max_allowed_memberships],
  admin_delete_enabled: [SETTINGS, [false, true], async (client) => (await organization(client)).body.admin_delete_enabled],
  slug_disabled: [SETTINGS, [true, false], async (client) => (await organization(client, { slug: `shop-${nth++}` })).status],
  domains_enabled: [SETTINGS, [false, true], (client) => enrollment(client, 'manual_invitation')],
  domains_enrollment_modes: [
    SETTINGS,
    [['automatic_invitation'], ['manual_invitation']],
    (client) => enrollment(client, 'automatic_invitation'),
  ],
  creator_role_id: [
    SETTINGS,
    ['org:owner', 'org:admin'],
    async (client) => {
      const { body, creator } = await organization(client);
      const { body: members } = await client.get(`/organizations/${body.id}/memberships?user_id=${creator}`);
      return (members.data as unknown as { role: string }[])[0]?.role;
    },
  ],
  domains_default_role_id: [
    SETTINGS,
    ['org:owner', 'org:member'],
    async (client) => {
      await client.patch(SETTINGS, { domains_enrollment_modes: ['automatic_invitation'] });
      const { body } = await organization(client);
      const name = `shop${nth++}.example.com`;
      await client.post(`/organizations/${body.id}/domains`, { name, enrollment_mode: 'automatic_invitation' });
      await client.post('/users', { email_address: [address(name)] });
      const { body: invited } = await client.get(`/organizations/${body.id}/invitations`);
      return (invited.data as unknown as { role: string }[])[0]?.role;
    },
  ],
  blocked_country_codes: [
    '/instance/communication',
    [['PT'], []],
    async (client) =>
      (await codeSent(client, 'phone_numbers', { phone_number: `+35191234${1000 + nth++}` })) === 'unsupported_country_code',
  ],
  default_scopes: [
    '/instance/oauth_application_settings',
    [['openid'], ['email']],
    async (client) => (await client.post('/oauth_applications', { name: 'Store' })).body.scopes,
  ],
  oauth_jwt_access_tokens: [
    '/instance/oauth_application_settings',
    [true, false],
    async (client) => {
      const { body: user } = await client.post('/users', { email_address: [address()] });
      const { body: application } = await client.post('/oauth_applications', { name: 'Store' });
      const body = JSON.stringify({ oauth_application_id: application.id, user_id: user.id });
      const response = await fetch(`${client.sandbox.origin}/_sandbox/oauth_tokens`, { method: 'POST', body });
      return ((await response.json()) as { access_token: string }).access_token.split('.').length;
    },
  ],
};

describe('the page on the sandbox', () => {
  it('tells of every setting that the API or a seed can write, and of no other', () => {
    const { organizations, restrictions, ...own } = seedDescription.shape.settings.unwrap().shape;
    const seeded = [own, organizations.unwrap().shape, restrictions.unwrap().shape].flatMap(Object.keys);
    // Of an operation, not of the instance.
    expect([...told.keys()].filter((name) => name !== 'expires_in_days').toSorted()).toEqual(
      [...new Set([...written, ...seeded])].toSorted(),
    );
  });

  it('says of each whether it changes anything here, as it does', async () => {
    const inert = written.filter((name) => told.get(name)?.startsWith(NOTHING) === true);
    expect(Object.keys(PROBES).toSorted()).toEqual([...new Set(written.filter((name) => !inert.includes(name)))].toSorted());
    const client = await openSandbox({
      seed: {
        settings: EASY,
        blocklist: ['*@blocked.example'],
        roles: [
          {
            key: 'org:owner',
            name: 'Owner',
            permissions: ['org:sys_profile:delete', 'org:sys_memberships:read', 'org:sys_memberships:manage'],
          },
        ],
      },
    });
    for (const [name, [path, values, probe]] of Object.entries(PROBES)) {
      const seen: unknown[] = [];
      for (const value of values) {
        expect((await client.patch(path, { [name]: value })).status, name).toBeLessThan(300);
        seen.push(await probe(client));
      }
      expect(seen[0], name).not.toEqual(seen[1]);
    }
  });
});
