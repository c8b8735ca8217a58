import { beforeEach, describe, expect, it } from 'vitest';
import { signUp } from '../../src/catalog/resources/session.js';
import { must } from '../../src/sandbox/domain/found.js';
import { Instance } from '../../src/sandbox/instance.js';
import { signUps } from '../../src/sandbox/resources/sign-up.js';
import { seedInstance } from '../../src/sandbox/seed/seed-instance.js';
import { type Client, NOON, openSandbox, rowsOf } from './harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [{ id: 'user_ada', email_addresses: ['ada@example.com'] }],
      sign_ups: [
        { id: 'sua_new', email_address: 'New@Example.com', first_name: 'Nell', unsafe_metadata: { from: 'ad' } },
        { id: 'sua_phone', phone_number: '+15555550100', created_at: NOON - 1000 },
        { id: 'sua_done', email_address: 'ada@example.com', user: 'user_ada', created_at: NOON - 2000 },
      ],
    },
  });
});

const change = (id: string, body: object) => client.patch(`/sign_ups/${id}`, body);

describe('a sign-up', () => {
  it('is updated while it is under way', async () => {
    const { status, body } = await change('sua_new', { external_id: 'crm-7', custom_action: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'sign_up_attempt',
      id: 'sua_new',
      status: 'missing_requirements',
      email_address: 'new@example.com',
      first_name: 'Nell',
      unsafe_metadata: { from: 'ad' },
      missing_fields: [],
      unverified_fields: ['email_address'],
      verifications: {
        email_address: { next_action: 'needs_attempt', supported_strategies: ['email_code'] },
        phone_number: null,
      },
      external_id: 'crm-7',
      custom_action: true,
      created_user_id: null,
      abandon_at: NOON + DAY_MS,
    });
    expect((await change('sua_new', {})).body).toEqual(body);
    expect((await change('sua_new', { external_id: null, custom_action: null })).body).toEqual({ ...body, external_id: null });
  });

  it('says what it still misses', async () => {
    expect((await change('sua_phone', {})).body).toMatchObject({
      missing_fields: ['email_address'],
      unverified_fields: ['phone_number'],
    });
  });

  it('that is over cannot be updated', async () => {
    const done = await change('sua_done', { external_id: 'late' });
    expect([done.status, done.code]).toEqual([403, 'sign_up_cannot_be_updated']);
    client.clock.now += DAY_MS;
    expect((await change('sua_new', { external_id: 'late' })).code).toBe('sign_up_cannot_be_updated');
  });

  it('that there is not is not found, and a wrong value is refused', async () => {
    expect((await change('sua_none', {})).status).toBe(404);
    expect((await change('sua_new', { custom_action: 'yes' })).param).toBe('custom_action');
  });

  it('is named by the client on which it happens', async () => {
    const clients = rowsOf((await client.get('/clients')).body);
    expect(clients.map((row) => row.sign_up_id)).toEqual(['sua_new', 'sua_phone', 'sua_done']);
  });
});

it('a sign-up that made its user has nothing left to verify', () => {
  const instance = new Instance({ origin: 'http://127.0.0.1', now: () => NOON });
  seedInstance(instance, {
    users: [{ id: 'user_ada', email_addresses: ['ada@example.com'] }],
    sign_ups: [{ id: 'sua_done', email_address: 'ada@example.com', user: 'ada@example.com' }],
  });
  const shown = signUps.show(must(instance, signUps, 'sua_done'), instance);
  expect(signUp.parse(shown)).toMatchObject({
    status: 'complete',
    created_user_id: 'user_ada',
    unverified_fields: [],
    verifications: { email_address: null },
  });
});

it('the demo has one under way and one abandoned', async () => {
  const demo = await openSandbox({ seed: 'demo' });
  const clients = rowsOf((await demo.get('/clients?limit=500')).body);
  const ids = clients.flatMap((row) => (row.sign_up_id === null ? [] : [String(row.sign_up_id)]));
  const statuses = await Promise.all(
    ids.map(async (id) => (await demo.patch(`/sign_ups/${id}`, { custom_action: true })).status),
  );
  expect(statuses.sort()).toEqual([200, 403]);
});
