import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, openSandbox } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

const add = (name: string, more: object = {}) => client.post('/jwt_templates', { name, claims: {}, ...more });

const pemOf = (pair: ReturnType<typeof generateKeyPairSync>): string =>
  pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as unknown as string;
const EC_KEY = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never);

describe('a JWT template', () => {
  it('lives for a minute and allows five seconds of skew unless told otherwise', async () => {
    const { status, body } = await add('plain', { claims: { tier: 'gold', deep: { list: [1, '{{user.id}}'] } } });
    expect(status).toBe(200);
    expect(body).toEqual({
      object: 'jwt_template',
      id: expect.stringMatching(/^jtmp_\w{27}$/),
      name: 'plain',
      claims: { tier: 'gold', deep: { list: [1, '{{user.id}}'] } },
      lifetime: 60,
      allowed_clock_skew: 5,
      custom_signing_key: false,
      signing_algorithm: 'RS256',
      created_at: client.clock.now,
      updated_at: client.clock.now,
    });
    expect((await client.get(`/jwt_templates/${body.id}`)).body).toEqual(body);
    expect((await add('slow', { lifetime: 3600, allowed_clock_skew: 0 })).body).toMatchObject({
      lifetime: 3600,
      allowed_clock_skew: 0,
    });
  });

  it.each([
    [{ lifetime: 29 }, 'form_param_value_invalid', 'lifetime'],
    [{ lifetime: 315_360_001 }, 'form_param_value_too_large', 'lifetime'],
    [{ allowed_clock_skew: 301 }, 'form_param_value_too_large', 'allowed_clock_skew'],
    [{ claims: 'none' }, 'form_param_type_invalid', 'claims'],
    [{ name: ' ' }, 'form_param_value_invalid', 'name'],
  ])('%j is refused', async (wrong, code, param) => {
    const answer = await add('wrong', wrong);
    expect([answer.status, answer.code, answer.param]).toEqual([422, code, param]);
    expect((await client.get('/jwt_templates')).body).toEqual([]);
  });

  it.each(['azp', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub', 'sid'])('cannot set the reserved claim %s', async (claim) => {
    const answer = await add('bold', { claims: { fine: 1, [claim]: 'mine' } });
    expect([answer.status, answer.code, answer.param]).toEqual([400, 'jwt_template_reserved_claim', 'claims']);
    expect((await add('deep', { claims: { inner: { [claim]: 'mine' } } })).status).toBe(200);
  });

  it('has a name of its own', async () => {
    const { body } = await add('one');
    expect((await add('one')).code).toBe('form_identifier_exists');
    const two = await add('two');
    const taken = await client.patch(`/jwt_templates/${two.body.id}`, { name: 'one', claims: {} });
    expect([taken.code, taken.param]).toEqual(['form_identifier_exists', 'name']);
    expect((await client.patch(`/jwt_templates/${body.id}`, { name: 'one', claims: { a: 1 } })).status).toBe(200);
  });

  it('of two with one name at once only one comes to be', async () => {
    const both = await Promise.all([add('twin'), add('twin')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('changes; claims as a whole, the rest where it was given', async () => {
    const { body } = await add('one', { claims: { a: 1, b: 2 }, lifetime: 300, allowed_clock_skew: 9 });
    client.clock.now += 1000;
    const after = (await client.patch(`/jwt_templates/${body.id}`, { name: 'uno', claims: { c: 3 }, lifetime: 90 })).body;
    expect(after).toEqual({ ...body, name: 'uno', claims: { c: 3 }, lifetime: 90, updated_at: client.clock.now });
    expect((await add('one')).status).toBe(200);
    const bare = await client.patch(`/jwt_templates/${body.id}`, { lifetime: 90 });
    expect([bare.code, bare.param]).toEqual(['form_param_missing', 'name']);
  });

  it('is listed newest first, bare or as a page, and goes', async () => {
    const one = await add('one');
    client.clock.now += 1000;
    const two = await add('two');
    expect(idsOf((await client.get('/jwt_templates')).body)).toEqual([two.body.id, one.body.id]);
    expect((await client.get('/jwt_templates?paginated=true&limit=1&offset=1')).body).toMatchObject({
      data: [{ id: one.body.id }],
      total_count: 2,
    });
    expect((await client.delete(`/jwt_templates/${one.body.id}`)).body).toEqual({
      object: 'jwt_template',
      id: one.body.id,
      deleted: true,
    });
    expect((await client.get(`/jwt_templates/${one.body.id}`)).code).toBe('resource_not_found');
    expect((await client.delete(`/jwt_templates/${one.body.id}`)).status).toBe(404);
    expect((await client.patch('/jwt_templates/jtmp_none', { name: 'x', claims: {} })).status).toBe(404);
  });
});

describe('a signing key of one’s own', () => {
  it('is kept and never shown', async () => {
    const made = await add('own', { custom_signing_key: true, signing_algorithm: 'ES256', signing_key: EC_KEY });
    expect(made.body).toMatchObject({ custom_signing_key: true, signing_algorithm: 'ES256' });
    for (const answer of [made, await client.get(`/jwt_templates/${made.body.id}`), await client.get('/jwt_templates')]) {
      expect(JSON.stringify(answer.body)).not.toMatch(/PRIVATE KEY|"signing_key"/);
    }
    const log = JSON.stringify((await (await fetch(`${client.sandbox.origin}/_sandbox/requests`)).json()) as object);
    expect(log).toContain('ES256');
    expect(log).not.toContain('PRIVATE KEY');
  });

  it.each([
    [{ custom_signing_key: true }, 'form_conditional_param_missing', 'signing_algorithm'],
    [{ custom_signing_key: true, signing_algorithm: 'HS256' }, 'form_conditional_param_missing', 'signing_key'],
    [{ signing_key: 'secret' }, 'form_conditional_param_disallowed', 'signing_key'],
    [{ signing_algorithm: 'ES256' }, 'form_conditional_param_disallowed', 'signing_algorithm'],
    [{ custom_signing_key: true, signing_algorithm: 'none', signing_key: 'x' }, 'form_param_value_invalid', 'signing_algorithm'],
    [{ custom_signing_key: true, signing_algorithm: 'RS256', signing_key: EC_KEY }, 'form_param_value_invalid', 'signing_key'],
    [{ custom_signing_key: true, signing_algorithm: 'ES256', signing_key: 'no PEM' }, 'form_param_value_invalid', 'signing_key'],
    [{ custom_signing_key: true, signing_algorithm: 'HS256', signing_key: '' }, 'form_param_value_invalid', 'signing_key'],
  ])('is refused: case %#', async (given, code, param) => {
    const answer = await add('own', given);
    expect([answer.status, answer.code, answer.param]).toEqual([422, code, param]);
    expect(JSON.stringify(answer.body)).not.toContain('PRIVATE KEY');
  });

  it('stays when the template changes, and goes when that is asked for', async () => {
    const { body } = await add('own', { custom_signing_key: true, signing_algorithm: 'HS512', signing_key: 'a'.repeat(64) });
    const change = (more: object) => client.patch(`/jwt_templates/${body.id}`, { name: 'own', claims: {}, ...more });
    expect((await change({ lifetime: 90 })).body).toMatchObject({ custom_signing_key: true, signing_algorithm: 'HS512' });
    expect((await change({ custom_signing_key: false })).body).toMatchObject({
      custom_signing_key: false,
      signing_algorithm: 'RS256',
    });
    expect((await change({ custom_signing_key: true, signing_algorithm: 'HS512' })).param).toBe('signing_key');
  });
});
