import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, type Json, openSandbox, rowsOf } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [
        {
          id: 'user_ada',
          email_addresses: [{ id: 'idn_old', email_address: 'ada@example.com' }, 'ada@example.org'],
          phone_numbers: [{ id: 'idn_phone', phone_number: '+15555550100', reserved_for_second_factor: true }, '+15555550101'],
          backup_codes: ['spare-1'],
        },
        { id: 'user_bob', email_addresses: ['bob@example.com'], phone_numbers: ['+15555550177'] },
        {
          id: 'user_cy',
          email_addresses: ['cy@example.com'],
          external_accounts: [{ id: 'eac_cy', provider: 'oauth_github', provider_user_id: '7', email_address: 'CY@example.com' }],
        },
      ],
    },
  });
});

const read = async (id = 'user_ada'): Promise<Json> => (await client.get(`/users/${id}`)).body;
const email = (body: object, id = 'user_ada') => client.put(`/users/${id}/email_address`, body);
const phone = (body: object, id = 'user_ada') => client.put(`/users/${id}/phone_number`, body);

describe.each([
  { list: 'email_addresses', primary: 'primary_email_address_id', field: 'email_address', value: 'new@example.com', put: email },
  { list: 'phone_numbers', primary: 'primary_phone_number_id', field: 'phone_number', value: '+15555550150', put: phone },
])('replacing $list', ({ list, primary, field, value, put }) => {
  it.each([
    [{}, false, 'verified'],
    [{ identification_status: 'verified' }, false, 'verified'],
    [{ identification_status: 'reserved' }, true, undefined],
    [{ identification_status: 'unverified' }, false, undefined],
  ])('leaves one, the primary: %o', async (more, reserved, status) => {
    const before = idsOf((await read())[list] as Json);
    const { body } = await put({ [field]: value, ...more });
    expect(body).toMatchObject({ object: field, [field]: value, reserved });
    expect(body.verification?.status).toBe(status);
    const user = await read();
    expect(rowsOf(user[list] as Json)).toEqual([body]);
    expect(user[primary]).toBe(body.id);
    for (const id of before) expect((await client.get(`/${list}/${id}`)).status).toBe(404);
  });

  it('may name one that the user has, and none of another’s', async () => {
    const own = rowsOf((await read())[list] as Json)[1]?.[field];
    expect((await put({ [field]: own })).body[field]).toBe(own);
    const theirs = rowsOf((await read('user_bob'))[list] as Json)[0]?.[field];
    const taken = await put({ [field]: theirs });
    expect([taken.status, taken.code, taken.param]).toEqual([422, 'form_identifier_exists', field]);
    expect(rowsOf((await read())[list] as Json)).toHaveLength(1);
    // What was given up is free again.
    const freed = list === 'email_addresses' ? 'ada@example.com' : '+15555550100';
    expect((await put({ [field]: freed }, 'user_bob')).status).toBe(200);
  });

  it('is refused when malformed, on the blocklist, or for nobody', async () => {
    expect((await put({ [field]: 'what' })).code).toBe('form_param_format_invalid');
    await client.post('/blocklist_identifiers', { identifier: value });
    expect((await put({ [field]: value })).code).toBe('not_allowed_access');
    expect((await put({ [field]: value }, 'user_none')).status).toBe(404);
    expect((await put({ [field]: value, identification_status: 'maybe' })).param).toBe('identification_status');
    expect(rowsOf((await read())[list] as Json)).toHaveLength(2);
  });
});

it('an e-mail address that is linked to a social account stays until the account is gone', async () => {
  const linked = await email({ email_address: 'cy@example.net' }, 'user_cy');
  expect([linked.status, linked.code]).toEqual([400, 'identification_deletion_failed']);
  await client.delete('/users/user_cy/external_accounts/eac_cy');
  expect((await email({ email_address: 'cy@example.net' }, 'user_cy')).status).toBe(200);
});

it('a phone number that is a second factor takes MFA along', async () => {
  expect(await read()).toMatchObject({ two_factor_enabled: true, backup_code_enabled: true });
  const { body } = await phone({ phone_number: '+15555550100' });
  expect(body).toMatchObject({ reserved_for_second_factor: false, default_second_factor: false });
  expect(await read()).toMatchObject({
    two_factor_enabled: false,
    backup_code_enabled: false,
    mfa_disabled_at: client.clock.now,
  });
});

it('with an authenticator app beside it MFA stays', async () => {
  await client.patch('/users/user_ada', { totp_secret: 'JBSWY3DPEHPK3PXP' });
  await phone({ phone_number: '+15555550150' });
  expect(await read()).toMatchObject({ two_factor_enabled: true, backup_code_enabled: true, mfa_disabled_at: null });
});

it.each([
  ['email_addresses', 'email_address', 'held@example.com', email],
  ['phone_numbers', 'phone_number', '+15555550160', phone],
] as const)('of %s an unverified one is held by several until one of them proves it', async (path, field, value, put) => {
  const unverified = { [field]: value, identification_status: 'unverified' };
  const ada = (await put(unverified)).body;
  const bob = (await put(unverified, 'user_bob')).body;
  expect(idsOf((await client.get(`/users?${field}=${encodeURIComponent(value)}&order_by=created_at`)).body)).toEqual([
    'user_ada',
    'user_bob',
  ]);
  const sent = (await client.post(`/${path}/${bob.id}/prepare_verification`)).body;
  const shown = await fetch(`${client.sandbox.origin}/_sandbox/codes/${sent.id}`);
  const { code } = (await shown.json()) as { code: string };
  const attempt = { verification_id: sent.id, code };
  expect((await client.post(`/${path}/${bob.id}/attempt_verification`, attempt)).body.status).toBe('verified');
  const late = await client.patch(`/${path}/${ada.id}`, { verified: true });
  expect([late.status, late.code]).toEqual([400, 'identification_claimed']);
  const again = (await client.post(`/${path}/${ada.id}/prepare_verification`)).body;
  const claimed = await client.post(`/${path}/${ada.id}/attempt_verification`, { verification_id: again.id, code: '123456' });
  expect([claimed.status, claimed.code]).toEqual([400, 'identification_claimed']);
  expect((await put({ [field]: value }, 'user_ada')).code).toBe('form_identifier_exists');
});
