import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, type Json, NOON, openSandbox } from './harness.js';

const MINUTE_MS = 60_000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [
        {
          id: 'user_ada',
          email_addresses: [
            { id: 'idn_mail', email_address: 'ada@example.com', verified: false },
            { id: 'idn_test', email_address: 'ada+clerk_test@example.com', verified: false },
            { id: 'idn_done', email_address: 'done@example.com' },
          ],
          phone_numbers: [
            { id: 'idn_phone', phone_number: '+4915112345678', verified: false },
            { id: 'idn_fiction', phone_number: '+15555550142', verified: false },
          ],
        },
      ],
    },
  });
});

const pathOf = (id: string) => (/phone|fiction/.test(id) ? `/phone_numbers/${id}` : `/email_addresses/${id}`);
const prepare = (id: string) => client.post(`${pathOf(id)}/prepare_verification`);
const attempt = (id: string, verification: unknown, code: unknown) =>
  client.post(`${pathOf(id)}/attempt_verification`, { verification_id: verification, code });
/** What the mailbox or the phone shows. */
const inbox = async (id: unknown): Promise<Json> => {
  const response = await fetch(`${client.sandbox.origin}/_sandbox/codes/${id}`);
  return (await response.json()) as Json;
};
const wrongFor = (code: unknown) => (code === '000000' ? '000001' : '000000');

describe.each([
  { id: 'idn_mail', strategy: 'email_code', channel: null, to: 'ada@example.com' },
  { id: 'idn_phone', strategy: 'phone_code', channel: 'sms', to: '+4915112345678' },
])('a code by $strategy', ({ id, strategy, channel, to }) => {
  it('verifies the identifier', async () => {
    const sent = await prepare(id);
    expect(sent.body).toEqual({
      object: 'verification_otp',
      id: expect.stringMatching(/^ver_[0-9A-Za-z]{27}$/),
      status: 'unverified',
      strategy,
      attempts: 0,
      expire_at: NOON + 10 * MINUTE_MS,
      channel,
    });
    expect((await client.get(pathOf(id))).body.verification).toBeNull();
    const { code, ...shown } = await inbox(id);
    expect(code).toMatch(/^\d{6}$/);
    expect(shown).toEqual({ verification_id: sent.body.id, to, status: 'unverified', expire_at: sent.body.expire_at });
    expect((await attempt(id, sent.body.id, code)).body).toMatchObject({ id: sent.body.id, status: 'verified', attempts: 1 });
    expect((await client.get(pathOf(id))).body).toMatchObject({
      reserved: false,
      verification: { object: 'verification_otp', status: 'verified', strategy, attempts: 1 },
    });
    expect((await inbox(sent.body.id)).status).toBe('verified');
  });

  it('that is wrong shows in the status, and after three of them the right one comes too late', async () => {
    const { body } = await prepare(id);
    const { code } = await inbox(body.id);
    for (const [attempts, status] of [
      [1, 'unverified'],
      [2, 'unverified'],
      [3, 'failed'],
      [3, 'failed'],
    ]) {
      const answer = await attempt(id, body.id, wrongFor(code));
      expect([answer.status, answer.body.attempts, answer.body.status]).toEqual([200, attempts, status]);
    }
    expect((await attempt(id, body.id, code)).body.status).toBe('failed');
    expect((await client.get(pathOf(id))).body.verification).toBeNull();
  });

  it('runs out after ten minutes', async () => {
    const { body } = await prepare(id);
    const { code } = await inbox(body.id);
    client.clock.now += 10 * MINUTE_MS;
    expect((await attempt(id, body.id, code)).body).toMatchObject({ status: 'expired', attempts: 0 });
    expect((await client.get(pathOf(id))).body.verification).toBeNull();
  });

  it('is accepted once', async () => {
    const { body } = await prepare(id);
    const { code } = await inbox(body.id);
    await attempt(id, body.id, code);
    client.clock.now += 60 * MINUTE_MS;
    const again = await attempt(id, body.id, code);
    expect([again.status, again.code]).toEqual([400, 'verification_already_verified']);
  });

  it('needs an identifier and a verification that there are', async () => {
    const { body } = await prepare(id);
    expect((await client.post(`${pathOf(id).replace(id, 'idn_none_phone')}/prepare_verification`)).status).toBe(404);
    expect((await attempt(id, 'ver_none', '123456')).code).toBe('resource_not_found');
    const other = id === 'idn_mail' ? 'idn_test' : 'idn_fiction';
    expect((await attempt(other, body.id, (await inbox(id)).code)).code).toBe('resource_not_found');
    expect((await client.post(`${pathOf(id)}/attempt_verification`, { code: '123456' })).param).toBe('verification_id');
    expect((await inbox('ver_none')).errors).toMatchObject([{ code: 'resource_not_found' }]);
  });
});

it('an identifier verified before stays as it was', async () => {
  const { body } = await prepare('idn_done');
  const before = (await client.get('/email_addresses/idn_done')).body;
  client.clock.now += 1000;
  expect((await attempt('idn_done', body.id, (await inbox(body.id)).code)).body.status).toBe('verified');
  expect((await client.get('/email_addresses/idn_done')).body).toEqual(before);
});

it('two codes for one address are each good for themselves', async () => {
  const first = (await prepare('idn_mail')).body;
  const firstCode = (await inbox('idn_mail')).code;
  client.clock.now += 1000;
  const second = (await prepare('idn_mail')).body;
  expect((await inbox('idn_mail')).verification_id).toBe(second.id);
  expect((await attempt('idn_mail', first.id, firstCode)).body.status).toBe('verified');
  expect((await attempt('idn_mail', second.id, (await inbox(second.id)).code)).body.status).toBe('verified');
});

it('a deleted address takes its codes along', async () => {
  const { body } = await prepare('idn_mail');
  await client.delete('/email_addresses/idn_mail');
  expect((await inbox(body.id)).errors).toMatchObject([{ code: 'resource_not_found' }]);
});

describe('in test mode', () => {
  it.each(['idn_test', 'idn_fiction'])('%s has the code that tests know', async (id) => {
    const { body } = await prepare(id);
    expect((await attempt(id, body.id, '424242')).body.status).toBe('verified');
  });

  it('switched off, nothing has it', async () => {
    await client.patch('/instance', { test_mode: false });
    const { body } = await prepare('idn_test');
    const { code } = await inbox(body.id);
    expect(code).toMatch(/^\d{6}$/);
    expect(code).not.toBe('424242');
  });
});

describe('text messages', () => {
  it('to one number go out half a minute apart, but for fictional ones', async () => {
    await prepare('idn_phone');
    client.clock.now += 29_500;
    const response = await fetch(`${client.sandbox.url}/phone_numbers/idn_phone/prepare_verification`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.sandbox.secretKey}` },
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await response.json()).toMatchObject({ errors: [{ code: 'verification_code_too_many_requests' }] });
    client.clock.now += 500;
    expect((await prepare('idn_phone')).status).toBe(200);
    await prepare('idn_fiction');
    expect((await prepare('idn_fiction')).status).toBe(200);
  });

  it('go to no blocked country', async () => {
    await client.patch('/instance/communication', { blocked_country_codes: ['DE', 'US'] });
    const answer = await prepare('idn_phone');
    expect([answer.status, answer.code]).toEqual([403, 'unsupported_country_code']);
    expect((await prepare('idn_fiction')).status).toBe(200);
    await client.patch('/instance/communication', { blocked_country_codes: [] });
    expect((await prepare('idn_phone')).status).toBe(200);
  });
});

it('the record of requests shows no code', async () => {
  const { body } = await prepare('idn_mail');
  const { code } = await inbox('idn_mail');
  await attempt('idn_mail', body.id, code);
  const response = await fetch(`${client.sandbox.origin}/_sandbox/requests`);
  const text = await response.text();
  expect(text).toContain('attempt_verification');
  expect(text).not.toContain(String(code));
});
