import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, idsOf, NOON, openSandbox } from './harness.js';

let client: Client;
/** Ids by first name. */
let ids: Record<string, string>;

const names = (list: string[]): string[] => list.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id);
const list = async (query: string): Promise<string[]> => names(idsOf((await client.get(`/users?${query}`)).body));

beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [
        {
          first_name: 'Ada',
          last_name: 'Lovelace',
          username: 'ada_l',
          email_addresses: ['ada@one.example.com'],
          created_at: 1000,
          last_active_at: 50_000,
        },
        {
          first_name: 'Bob',
          last_name: 'Stone',
          external_id: 'x-bob',
          email_addresses: ['bob@two.example.com'],
          created_at: 3000,
          banned: true,
        },
        { first_name: 'Cleo', last_name: 'Ada', phone_numbers: ['+15555550103'], created_at: 2000, last_sign_in_at: 70_000 },
        {
          first_name: 'Dan',
          web3_wallets: ['0x52908400098527886E0F7030069857D2E4169EE7'],
          external_accounts: [{ provider: 'oauth_google', provider_user_id: '42', email_address: 'dan@one.example.com' }],
          username: 'dan_d',
          created_at: 4000,
        },
      ],
      organizations: [
        {
          name: 'One',
          slug: 'one',
          members: [
            { user: 'ada_l', role: 'org:admin' },
            { user: 'x-bob', role: 'org:member' },
          ],
        },
      ],
    },
  });
  const all = (await client.get('/users')).body as unknown as { id: string; first_name: string }[];
  ids = Object.fromEntries(all.map((user) => [user.first_name, user.id]));
});

describe('order and pages', () => {
  it('newest first unless asked otherwise', async () => {
    expect(await list('')).toEqual(['Dan', 'Bob', 'Cleo', 'Ada']);
    expect(await list('order_by=created_at')).toEqual(['Ada', 'Cleo', 'Bob', 'Dan']);
    expect(await list('order_by=%2Bcreated_at')).toEqual(['Ada', 'Cleo', 'Bob', 'Dan']);
    expect(await list('order_by=+first_name')).toEqual(['Ada', 'Bob', 'Cleo', 'Dan']);
    expect(await list('order_by=-first_name')).toEqual(['Dan', 'Cleo', 'Bob', 'Ada']);
    expect(await list('order_by=-last_active_at&limit=1')).toEqual(['Ada']);
    expect(await list('order_by=-email_address&limit=2')).toEqual(['Bob', 'Ada']);
  });

  it('limit and offset cut the list', async () => {
    expect(await list('limit=2')).toEqual(['Dan', 'Bob']);
    expect(await list('limit=2&offset=2')).toEqual(['Cleo', 'Ada']);
    expect(await list('limit=2&offset=3')).toEqual(['Ada']);
    expect(await list('offset=9')).toEqual([]);
    expect(await list('order_by=created_at&offset=1&limit=2')).toEqual(['Cleo', 'Bob']);
  });

  it('ten unless a limit is given', async () => {
    for (let nth = 0; nth < 10; nth++) await addUser(client, `more${nth}@example.com`);
    expect((await client.get('/users')).body).toHaveLength(10);
    expect((await client.get('/users?limit=500')).body).toHaveLength(14);
  });

  it('starting_after walks on from a user, filtered or not', async () => {
    expect(await list(`starting_after=${ids.Bob}`)).toEqual(['Cleo', 'Ada']);
    expect(await list(`starting_after=${ids.Cleo}&order_by=created_at`)).toEqual(['Bob', 'Dan']);
    expect(await list(`starting_after=${ids.Bob}&banned=false`)).toEqual(['Cleo', 'Ada']);
    for (const more of ['order_by=first_name', 'offset=1']) {
      const answer = await client.get(`/users?starting_after=${ids.Bob}&${more}`);
      expect([answer.status, answer.param]).toEqual([422, 'starting_after']);
    }
  });

  it('walking by starting_after meets each user once, also those of one moment', async () => {
    for (let nth = 0; nth < 7; nth++) await addUser(client, `same${nth}@example.com`);
    const seen: string[] = [];
    for (;;) {
      const page = idsOf((await client.get(`/users?limit=2${seen.length > 0 ? `&starting_after=${seen.at(-1)}` : ''}`)).body);
      if (page.length === 0) break;
      seen.push(...page);
    }
    expect(seen).toHaveLength(11);
    expect(seen).toEqual(idsOf((await client.get('/users?limit=50')).body));
  });
});

describe('filters', () => {
  it.each([
    ['email_address=ADA@one.example.com', ['Ada']],
    ['email_address=ada@one.example.com&email_address=bob@two.example.com&email_address=no@example.com', ['Bob', 'Ada']],
    ['phone_number=%2B15555550103', ['Cleo']],
    ['web3_wallet=0x52908400098527886e0f7030069857d2e4169ee7', ['Dan']],
    ['username=DAN_D', ['Dan']],
    ['external_id=x-bob', ['Bob']],
    ['external_id=-x-bob', ['Dan', 'Cleo', 'Ada']],
    ['query=ada', ['Cleo', 'Ada']],
    ['query=lovel', ['Ada']],
    ['query=5550103', ['Cleo']],
    ['query=ada%20lovelace', ['Ada']],
    ['email_address_query=TWO.', ['Bob']],
    ['phone_number_query=555', ['Cleo']],
    ['username_query=_d', ['Dan']],
    ['name_query=stone', ['Bob']],
    ['banned=true', ['Bob']],
    ['banned=false', ['Dan', 'Cleo', 'Ada']],
    ['created_at_before=2000', ['Ada']],
    ['created_at_after=2000', ['Dan', 'Bob']],
    ['last_active_at_after=49999', ['Ada']],
    ['last_active_at_before=50000', []],
    ['last_active_at_since=50000', ['Ada']],
    ['last_sign_in_at_after=1', ['Cleo']],
    ['last_sign_in_at_before=70001', ['Cleo']],
    ['provider=oauth_google&provider_user_id=42', ['Dan']],
    ['provider=oauth_github&provider_user_id=42', []],
    ['banned=false&query=ada&created_at_after=1500', ['Cleo']],
    ['username=ada_l&banned=true', []],
  ])('?%s', async (query, expected) => {
    expect(await list(query)).toEqual(expected);
    expect((await client.get(`/users/count?${query}`)).body).toEqual({ object: 'total_count', total_count: expected.length });
  });

  it('user_id and organization_id take signs', async () => {
    expect(await list(`user_id=${ids.Ada}&user_id=${ids.Dan}`)).toEqual(['Dan', 'Ada']);
    expect(await list(`user_id=%2B${ids.Ada}`)).toEqual(['Ada']);
    expect(await list(`user_id=+${ids.Ada}`)).toEqual(['Ada']);
    expect(await list(`user_id=-${ids.Ada}`)).toEqual(['Dan', 'Bob', 'Cleo']);
    const organization = (await client.get('/organizations/one')).body.id;
    expect(await list(`organization_id=${organization}`)).toEqual(['Bob', 'Ada']);
    expect(await list(`organization_id=-${organization}`)).toEqual(['Dan', 'Cleo']);
  });

  it('the clock does not matter to a list', async () => {
    client.clock.now = NOON * 2;
    expect(await list('')).toHaveLength(4);
  });
});
