import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catalog } from '../../src/app/load-catalog.js';
import { isGated } from '../../src/catalog/operation.js';
import { consequencesOf, type Knowledge, NOTHING_KNOWN } from '../../src/policy/rules/risk.js';
import { everydayCalls } from '../policy/risks/everyday-calls.js';
import { hostileCalls } from '../policy/risks/hostile-calls.js';
import { EVERY_TOOL } from '../support/offer.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';
import { type RecordedRequest, RecordingServer, type Reply } from '../support/recording-server.js';

const permission = (key: string) => ({ object: 'permission', key, type: key.startsWith('org:sys_') ? 'system' : 'user' });
const role = (key: string, ...permissions: string[]) => ({
  object: 'role',
  id: `role_${key.slice(4)}`,
  key,
  permissions: permissions.map(permission),
});

const ROLES = [
  role('org:admin', 'org:sys_memberships:manage', 'org:sys_memberships:read'),
  role('org:founder'),
  role('org:member', 'org:sys_memberships:read', 'org:sys_billing:read'),
  role('org:editor', 'org:texts:write'),
  role('org:domains', 'org:sys_domains:read', 'org:sys_domains:manage'),
];

/** An instance whose creators are founders, and where user_owner is an admin. */
function answer({ url, method }: RecordedRequest): Reply {
  if (method !== 'GET') return { body: {} };
  const { pathname, searchParams } = new URL(url, 'http://clerk.example');
  if (pathname.endsWith('/organization_roles')) return { body: { data: ROLES, total_count: ROLES.length } };
  if (pathname.endsWith('/organization_settings')) return { body: { enabled: true, creator_role: 'org:founder' } };
  if (pathname.endsWith('/memberships')) {
    const user_id = searchParams.get('user_id');
    const held = user_id === 'user_owner' ? 'org:admin' : 'org:member';
    return { body: { data: [{ role: held, public_user_data: { user_id } }], total_count: 1 } };
  }
  return { body: {} };
}

const changing = () => upstream.requests.filter(({ method }) => method !== 'GET');

let upstream: RecordingServer;
const start = (kind: (typeof CLIENTS)[number], ...args: string[]): Promise<ProgramClient> =>
  startProgram(kind, {
    args: [...EVERY_TOOL, ...args],
    env: { CLERK_SECRET_KEY: 'sk_live_risks', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' },
  });

beforeAll(async () => {
  upstream = await RecordingServer.start();
});

afterAll(() => upstream.stop());

beforeEach(() => {
  upstream.reset();
  upstream.reply = answer;
});

const GATES = { flag: 'confirmation_required', token: 'confirmation_required', person: 'person_required' } as const;

/** What the server finds out of the instance above. */
const KNOWN: Knowledge = {
  ...NOTHING_KNOWN,
  administers: (key) => !['org:member', 'org:editor'].includes(key),
};

/** Calls of both lists with inputs left out, exchanged for those of others, or replaced. Seeded. */
const anyCall = fc.constantFrom(...hostileCalls.map(([, ...call]) => call), ...everydayCalls).chain(([name, args]) => {
  const alike = [...hostileCalls.map(([, ...call]) => call), ...everydayCalls].filter(([other]) => other === name);
  const value = fc.constantFrom<unknown>(null, true, false, '', [], {}, 'org:admin', 'org:member', 'x', { role: 'x' }, [
    'a',
    'b',
  ]);
  return fc.record({
    name: fc.constant(name),
    args: fc.tuple(fc.subarray(Object.keys(args)), fc.constantFrom(...alike), fc.subarray(Object.keys(args)), value).map(
      ([kept, [, others], replaced, put]): Record<string, unknown> => ({
        ...others,
        ...Object.fromEntries(kept.map((key) => [key, args[key]])),
        ...Object.fromEntries(replaced.slice(0, 1).map((key) => [key, put])),
      }),
    ),
    confirm: fc.constantFrom<unknown>(undefined, false, 1, 'yes', 'apr_x', {}, 'eyJ'),
  });
});

const TABLE = CLIENTS.flatMap((kind) => Object.entries(GATES).map(([strength, error]) => [kind, strength, error] as const));

describe.each(TABLE)('%s, which cannot ask, confirmed by %s', (kind, strength, error) => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await start(kind, '--confirm', strength);
  });
  afterAll(() => client.close());

  it('waits with every hostile call and sends nothing that changes', async () => {
    for (const [story, tool, args] of hostileCalls) {
      const { json } = await client.call(tool, args);
      expect([story, tool, (json as { error?: unknown } | undefined)?.error]).toEqual([
        story,
        tool,
        expect.stringMatching(`^(${error}|budget_exceeded)$`),
      ]);
    }
    expect(changing()).toEqual([]);
  });

  // It speaks one of the two eras that the others speak.
  if (kind === 'v1') return;

  it('lets every everyday call through', async () => {
    for (const [tool, args] of everydayCalls) {
      upstream.requests.length = 0;
      const { text, isError } = await client.call(tool, args);
      expect([tool, args, isError ? text : 'done']).toEqual([tool, args, 'done']);
      expect(upstream.requests.length).toBeGreaterThan(0);
    }
  });

  it('sends nothing that is gated of calls made at random', async () => {
    const seen = { destructive: 0, credential: 0, access: 0, free: 0 };
    for (const { name, args, confirm } of fc.sample(anyCall, { numRuns: 250, seed: 12 })) {
      upstream.requests.length = 0;
      const { isError } = await client.call(name, { ...args, ...(confirm === undefined ? {} : { confirm }) });
      const currentRole = args.user_id === 'user_owner' ? 'org:admin' : 'org:member';
      const gated = consequencesOf(catalog.get(name), args, { ...KNOWN, currentRole }).risks.filter(isGated);
      for (const risk of gated) seen[risk]++;
      if (gated.length > 0) expect([name, args, changing(), isError]).toEqual([name, args, [], true]);
      else if (!isError) seen.free++;
    }
    expect(seen.destructive).toBeGreaterThan(20);
    expect(seen.access).toBeGreaterThan(50);
    expect(seen.free).toBeGreaterThan(20);
  });
});

describe('money', () => {
  const USD = (amount: number) => ({ amount, amount_formatted: `${amount / 100}`, currency: 'USD', currency_symbol: '$' });
  const price = (id: string, amount: number, annual_monthly_amount: number) => ({
    ...{ object: 'commerce_price', id, amount, annual_monthly_amount, currency: 'USD', supported_billing_periods: 'both' },
  });
  const item = {
    object: 'commerce_subscription_item',
    id: 'csub_1',
    plan: { name: 'Pro', fee: USD(1200) },
    payer: { user_id: 'user_ada' },
    next_payment: { amount: USD(1000) },
    totals: { discounts: { total: USD(200) } },
  };
  const ada = { object: 'user', id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace' };
  const replies: Record<string, unknown> = {
    '/v1/billing/subscription_items': { data: [item], total_count: 1 },
    '/v1/billing/prices': { data: [price('cprice_1', 1200, 1000), price('cprice_2', 4900, 0)], total_count: 2 },
    '/v1/users': { data: [ada], total_count: 1 },
  };
  const PAYS = 'subscription item "Pro" (next payment 10.00 USD, 2.00 USD off) of "Ada Lovelace"';

  it.each([
    [
      'Billing_createPriceTransition',
      { subscription_item_id: 'csub_1', from_price_id: 'cprice_1', to_price_id: 'cprice_2' },
      [
        `Moves ${PAYS} to another price`,
        'The price changes from 12.00 USD a month, 10.00 USD a month when paid yearly to 49.00 USD a month, 0.00 USD a month when paid yearly.',
      ],
    ],
    ['Billing_applyDiscount', { subscription_item_id: 'csub_1', discount_id: 'dsc_1' }, [`payer of ${PAYS} the discount dsc_1`]],
    ['Billing_removeDiscount', { subscription_item_id: 'csub_1', discount_id: 'dsc_1' }, [PAYS]],
    ['Billing_extendFreeTrial', { subscription_item_id: 'csub_1', extend_to: '2027-08-01T00:00:00Z' }, [PAYS, '2027-08-01']],
    [
      'Billing_createPrice',
      { plan_id: 'cplan_1', amount: 500, annual_monthly_amount: 400, currency: 'EUR' },
      ['500 cents a month, 400 a month when paid yearly (currency "EUR"'],
    ],
    [
      'Users_adjustBillingCreditBalance',
      { user_id: 'user_ada', action: 'increase', amount: 700, idempotency_key: 'k' },
      ['"increase" by 700 cents', 'Gives 700 cents of credit away'],
    ],
  ])('is named by its amounts: %s', async (tool, args, said) => {
    upstream.reply = ({ url }) => ({ body: replies[new URL(url, 'http://clerk.example').pathname] ?? ada });
    const { json } = await money.call(tool, args);
    const { effect = '' } = json as { effect?: string };
    const text = effect.replaceAll(/\s+/g, ' ');
    for (const words of said) expect(text).toContain(words);
  });

  let money: ProgramClient;
  beforeAll(async () => {
    money = await start('v2 (2026)', '--confirm', 'flag');
  });
  afterAll(() => money.close());
});

describe('what is read to tell a role', () => {
  const add = (client: ProgramClient) =>
    client.call('OrganizationMemberships_addUserToOrganization', {
      organization_id: 'org_1',
      user_id: 'user_1',
      role: 'org:member',
    });

  it('is read once in a minute', async () => {
    const client = await start('v1', '--confirm', 'person');
    try {
      for (let count = 0; count < 3; count++) expect((await add(client)).isError).toBe(false);
      expect(upstream.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
    } finally {
      await client.close();
    }
  });

  it.each([
    ['is forbidden', { status: 403, body: { errors: [{ code: 'x', message: 'x' }] } }],
    ['is nonsense', { body: { data: 'x' } }],
    ['holds a role without its permissions', { body: { data: [{ key: 'org:member' }], total_count: 1 } }],
  ] as const)('gates the call where it %s', async (_, reply) => {
    upstream.reply = ({ method }) => (method === 'GET' ? reply : { body: {} });
    const client = await start('v1', '--confirm', 'person');
    try {
      expect((await add(client)).json).toMatchObject({ error: 'person_required' });
      expect(changing()).toEqual([]);
    } finally {
      await client.close();
    }
  });
});

describe('trials at a secret', () => {
  it('are five a user in a quarter of an hour, at whichever of the tools', async () => {
    const client = await start('v1');
    const guess = (user_id: string, count: number) =>
      count % 2 === 0
        ? client.call('Users_verifyPassword', { user_id, password: `guess ${count}` })
        : client.call('Users_verifyTotp', { user_id, code: `${count}` });
    try {
      for (let count = 0; count < 5; count++) expect((await guess('user_1', count)).isError).toBe(false);
      for (const count of [5, 6]) {
        expect((await guess('user_1', count)).json).toMatchObject({ error: 'budget_exceeded', budget: 'built-in: guesses' });
      }
      expect(changing()).toHaveLength(5);
      expect((await guess('user_2', 0)).isError).toBe(false);
    } finally {
      await client.close();
    }
  });
});

describe('what reaches Clerk', () => {
  it.each([
    ['Machines_getById', { machine_id: 'mch_1/secret_key' }],
    ['Users_getUserDetails', { user_id: '../instance/restrictions' }],
    ['Users_getUserDetails', { user_id: 'user_1%2fmetadata' }],
    ['Users_getUserDetails', { user_id: 'user_1?x=1' }],
    ['Users_getUserDetails', { user_id: 'user_1#x' }],
    ['Users_getUserDetails', { user_id: 'a\\b' }],
    ['Users_getUserDetails', { user_id: 'user_1\r\nHost: x' }],
  ])('is no id that leads elsewhere: %s %j', async (tool, args) => {
    const client = await start('v2 (2026)');
    try {
      expect((await client.call(tool, args)).json).toMatchObject({ error: 'invalid_arguments' });
      expect(upstream.requests).toEqual([]);
    } finally {
      await client.close();
    }
  });
});
