import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, type Json, openSandbox } from './harness.js';

let client: Client;
let user: Json;
beforeEach(async () => {
  client = await openSandbox();
  user = await addUser(client, 'ada@example.com', { phone_number: ['+15555550100'] });
});

const reload = async (): Promise<Json> => (await client.get(`/users/${user.id}`)).body;

describe.each([
  {
    path: '/email_addresses',
    field: 'email_address',
    primary: 'primary_email_address_id',
    values: ['b@example.com', 'c@example.com'],
    bad: 'b@',
  },
  {
    path: '/phone_numbers',
    field: 'phone_number',
    primary: 'primary_phone_number_id',
    values: ['+15555550101', '+15555550102'],
    bad: '0101',
  },
])('$path', ({ path, field, primary, values, bad }) => {
  const add = (value: string, more: object = {}) => client.post(path, { user_id: user.id, [field]: value, ...more });

  it('adds an unverified one that is not the primary one', async () => {
    const { body } = await add(values[0] as string);
    expect(body).toMatchObject({ object: field, [field]: values[0], verification: null, reserved: false });
    expect(body.id).toMatch(/^idn_[0-9A-Za-z]{27}$/);
    expect((await reload())[primary]).toBe(user[primary]);
    expect((await client.get(`${path}/${body.id}`)).body).toEqual(body);
  });

  it('adds a verified one as the primary one', async () => {
    const { body } = await add(values[0] as string, { verified: true, primary: true });
    expect(body.verification).toMatchObject({ status: 'verified' });
    expect((await reload())[primary]).toBe(body.id);
  });

  it('an unverified one can be made neither the primary one nor anything like it', async () => {
    const created = await add(values[0] as string, { primary: true });
    expect([created.status, created.param]).toEqual([422, 'primary']);
    const { body } = await add(values[0] as string);
    expect((await client.patch(`${path}/${body.id}`, { primary: true })).code).toBe('identification_update_failed');
    expect((await client.patch(`${path}/${body.id}`, { verified: true, primary: true })).status).toBe(200);
    expect((await reload())[primary]).toBe(body.id);
  });

  it('refuses a taken one, a malformed one and an unknown user', async () => {
    await add(values[0] as string);
    const taken = await add(values[0] as string);
    expect([taken.code, taken.param]).toEqual(['form_identifier_exists', field]);
    expect((await add(bad)).code).toBe('form_param_format_invalid');
    expect((await add(values[1] as string, { user_id: 'user_none' })).status).toBe(404);
  });

  it('when the primary one goes, the oldest other verified one takes its place', async () => {
    await add(values[0] as string);
    const heir = await add(values[1] as string, { verified: true });
    expect((await client.delete(`${path}/${user[primary]}`)).body).toEqual({ object: field, id: user[primary], deleted: true });
    expect((await reload())[primary]).toBe(heir.body.id);
  });

  it('an unknown one answers 404', async () => {
    for (const answer of [
      await client.get(`${path}/idn_none`),
      await client.patch(`${path}/idn_none`, {}),
      await client.delete(`${path}/idn_none`),
    ]) {
      expect([answer.status, answer.code]).toEqual([404, 'resource_not_found']);
    }
  });
});

it('the last identifier of a user stays', async () => {
  await client.delete(`/phone_numbers/${user.primary_phone_number_id}`);
  const answer = await client.delete(`/email_addresses/${user.primary_email_address_id}`);
  expect([answer.status, answer.code]).toEqual([400, 'identification_deletion_failed']);
});

describe('a phone number as second factor', () => {
  it('must be verified', async () => {
    const answer = await client.post('/phone_numbers', {
      user_id: user.id,
      phone_number: '+15555550101',
      reserved_for_second_factor: true,
    });
    expect([answer.status, answer.code]).toEqual([400, 'identification_create_second_factor_unverified']);
    const { body } = await client.post('/phone_numbers', { user_id: user.id, phone_number: '+15555550101' });
    const update = await client.patch(`/phone_numbers/${body.id}`, { reserved_for_second_factor: true });
    expect([update.status, update.code]).toEqual([400, 'identification_update_second_factor_unverified']);
  });

  it('the first one is the default one', async () => {
    const add = async (phone_number: string) =>
      (await client.post('/phone_numbers', { user_id: user.id, phone_number, verified: true, reserved_for_second_factor: true }))
        .body;
    expect(await add('+15555550101')).toMatchObject({ reserved_for_second_factor: true, default_second_factor: true });
    expect(await add('+15555550102')).toMatchObject({ reserved_for_second_factor: true, default_second_factor: false });
    expect(await reload()).toMatchObject({ two_factor_enabled: true, totp_enabled: false });
  });
});
