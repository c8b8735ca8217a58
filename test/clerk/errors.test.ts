import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClerkClient } from '../../src/clerk/clerk-client.js';
import { ClerkApiError, type ClerkError } from '../../src/clerk/errors.js';
import { REMEDIES, remedyFor } from '../../src/clerk/remedies.js';
import { Scrubber } from '../../src/platform/scrub.js';
import { ERROR_INDEX } from '../sandbox/error-index.js';
import { RecordingServer } from '../support/recording-server.js';
import { catalog, failureOf, KEY, newClient } from './support.js';

let server: RecordingServer;
let client: ClerkClient;
beforeAll(async () => {
  server = await RecordingServer.start();
  client = newClient(server.origin, { maxAttempts: 1 });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});
beforeEach(() => server.reset());

async function answering(status: number, body: unknown, name = 'Users_updateUserAttributes', headers = {}): Promise<ClerkError> {
  server.reply = () => ({ status, body, headers });
  return await failureOf(
    client.send(catalog.get(name), { user_id: 'user_1', organization_id: 'org_1', domain_id: 'orgdmn_1', username: 'ada' }),
  );
}

const envelope = (code: string, more: object = {}) => ({
  errors: [{ code, message: `${code}!`, long_message: `${code} at length`, ...more }],
});

describe("Clerk's error body", () => {
  it('is read whole', async () => {
    const error = await answering(422, {
      errors: [
        { code: 'form_param_nil', message: 'is missing', long_message: 'username is missing', meta: { param_name: 'username' } },
        { code: 'form_password_pwned', message: 'is known', long_message: 'is known', meta: { name: 'password' } },
      ],
      clerk_trace_id: 'trace_1',
    });
    expect(error).toBeInstanceOf(ClerkApiError);
    expect(error).toMatchObject({
      name: 'ClerkApiError',
      status: 422,
      code: 'form_param_nil',
      message: 'is missing',
      longMessage: 'username is missing',
      paramName: 'username',
      traceId: 'trace_1',
      mayHaveHappened: false,
      errors: [{ code: 'form_param_nil' }, { code: 'form_password_pwned', paramName: 'password' }],
    });
    expect(error.toModel()).toEqual({
      error: 'form_param_nil',
      status: 422,
      message: 'is missing',
      long_message: 'username is missing',
      param: 'username',
      also: [{ error: 'form_password_pwned', message: 'is known', param: 'password' }],
      trace_id: 'trace_1',
      hint: 'Correct username.',
    });
  });

  it('takes the trace from a header when the body has none', async () => {
    const error = await answering(400, envelope('bad_request'), undefined, { 'x-clerk-trace-id': 'trace_2' });
    expect(error.toModel()).toMatchObject({ trace_id: 'trace_2' });
  });

  it.each([
    ['null', null],
    ['no entries', { errors: [] }],
    ['entries of other kinds', { errors: [null, 7, 'x', [], {}] }],
    ['a text', 'down'],
    ['nothing', undefined],
    ['numbers for texts', { errors: [{ code: 1, message: {}, long_message: [] }] }],
  ])('that is %s still makes an error with the status', async (_, body) => {
    expect((await answering(400, body)).toModel()).toMatchObject({
      error: 'http_400',
      status: 400,
      message: expect.stringContaining('400'),
    });
  });

  it('is bounded however long and however many', async () => {
    const long = 'x'.repeat(50_000);
    const entry = { code: long, message: long, long_message: long, meta: { param_name: long } };
    const error = await answering(422, { errors: Array(500).fill(entry), clerk_trace_id: long });
    expect(JSON.stringify(error.toModel()).length).toBeLessThan(8_000);
  });
});

describe('hints', () => {
  it.each([
    [401, 'clerk_key_invalid', /CLERK_SECRET_KEY/],
    [401, 'session_refresh_failed', /token/],
    [402, 'unsupported_subscription_plan_features', /plan/],
    [403, 'feature_not_enabled', /feature|quota/],
    [404, 'resource_not_found', /Users_listSortedByCreationDate/],
    [409, 'conflict', /conflict/],
    [410, 'operation_deprecated', /withdrawn/],
    [413, 'too_large', /too large/],
    [415, 'unsupported_content_type', /media type/],
    [422, 'form_param_missing', /arguments/],
    [429, 'too_many_requests', /Too many requests.*later/],
    [500, 'internal_clerk_error', /later/],
    [503, 'maintenance_mode', /maintenance/],
    [418, 'teapot', /message/],
  ])('%i %s', async (status, code, hint) => {
    expect((await answering(status, envelope(code))).hint).toMatch(hint);
  });

  it.each([
    [
      403,
      'organization_domain_enrollment_mode_not_enabled',
      'OrganizationDomains_updateDomain',
      'InstanceSettings_updateOrganizationSettings',
    ],
    [
      403,
      'organization_membership_quota_exceeded',
      'OrganizationMemberships_addUserToOrganization',
      'Organizations_updateOrganization',
    ],
    [403, 'quota_exceeded', 'OrganizationMemberships_addUserToOrganization', 'Organizations_updateOrganization'],
    [403, 'user_banned', 'Sessions_createSession', 'Users_removeBanFromUser'],
    [403, 'user_locked', 'Sessions_createSession', 'Users_removeLock'],
  ])('%i %s names what mends its cause', async (status, code, name, remedy) => {
    expect((await answering(status, envelope(code), name)).hint).toContain(remedy);
  });

  it.each(REMEDIES)('of $code names operations that there are', ({ says, of }) => {
    const named = says.match(/\b[A-Z]\w+_[a-z]\w+/g) ?? [];
    expect(named).not.toEqual([]);
    for (const name of named) expect(catalog.find(name), name).toBeDefined();
    if (of !== undefined) expect(catalog.operations.some((operation) => of.test(operation.name))).toBe(true);
  });

  it('are of codes in the index of errors, and of four that are not in it', () => {
    const indexed = new Set(ERROR_INDEX.map(([, , code]) => code));
    expect(REMEDIES.filter(({ code }) => !indexed.has(code)).map(({ code }) => code)).toEqual([
      'organization_membership_quota_exceeded',
      'organization_instance_roles_quota_exceeded',
      'group_role_mapping_not_enabled',
      'user_locked',
    ]);
  });

  it('of a code that stands for several causes is of the group that was called', async () => {
    expect(remedyFor('quota_exceeded', 'Machines_createScope')).toContain('Machines_deleteScope');
    expect(remedyFor('quota_exceeded', 'JwtTemplates_createTemplate')).toBeUndefined();
    expect((await answering(403, envelope('quota_exceeded'))).hint).toContain('quota');
  });

  it('for a 404 of something without a list names none', async () => {
    const error = await answering(404, envelope('resource_not_found'), 'InstanceSettings_updateInstanceSettings');
    expect(error.hint).toMatch(/deleted, or belong to another instance/);
  });

  it('says of maintenance that nothing was done', async () => {
    expect((await answering(503, envelope('maintenance_mode'))).mayHaveHappened).toBe(false);
    expect((await answering(500, envelope('internal_clerk_error'))).mayHaveHappened).toBe(true);
  });
});

describe('the secret key', () => {
  it('never comes back, wherever the other side puts it', async () => {
    const cut = KEY.slice(0, 30);
    const bodies: unknown[] = [
      envelope(KEY, { message: `key ${KEY} bad`, long_message: `Bearer ${cut}…`, meta: { param_name: KEY } }),
      { ...envelope('x'), clerk_trace_id: KEY },
      `<html>${KEY}</html>`,
    ];
    for (const status of [200, 302, 400, 401, 500]) {
      for (const body of bodies) {
        server.reply = () => ({
          status,
          body,
          headers: {
            'x-clerk-trace-id': `t-${KEY}`,
            'cf-ray': cut,
            'retry-after': KEY,
            location: `/${KEY}`,
            'content-type': `x/${KEY}`,
          },
        });
        const result: unknown = await client
          .send(catalog.get('Users_getUserDetails'), { user_id: 'user_1' })
          .catch((error: ClerkError) => [inspect(error, { depth: 9 }), error.stack, JSON.stringify(error.toModel())].join('\n'));
        expect(inspect(result, { depth: 9, maxStringLength: null })).not.toContain(KEY.slice(8, 24));
      }
    }
  });

  it('is not seen in the client itself', () => {
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain(KEY.slice(0, 16));
    expect(JSON.stringify(client)).not.toContain(KEY.slice(0, 16));
  });

  it('nor is an argument in the error of a broken connection', async () => {
    const closed = newClient('http://127.0.0.1:1', { maxAttempts: 1 });
    const error = await failureOf(closed.send(catalog.get('Users_listSortedByCreationDate'), { query: 'needle@example.com' }));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/needle|sk_test/);
    await closed.close();
  });

  it('and its like are taken out of a line, with control characters, and the rest is cut', () => {
    const scrubber = new Scrubber('sk_live_aaaabbbbccccdddd');
    expect(scrubber.line('a\u0000b\r\nc\u202Ed', 100)).toBe('a b c d');
    expect(scrubber.line('sk_live_aaaabbbbccccdddd and sk_test_other"', 100)).toBe('[secret key] and [secret key]"');
    expect(scrubber.line('xsk_live_aaaabbbbcc?', 100)).toBe('x[secret key]?');
    expect(scrubber.line(`${'é'.repeat(8)}💣x`, 10)).toBe(`${'é'.repeat(8)}…`);
    expect(JSON.parse(scrubber.body('{"a":"sk_live_aaaabbbbccccdddd"}'))).toEqual({ a: '[secret key]' });
  });
});

describe('the address and the key of the options', () => {
  it.each([
    'ftp://clerk.example',
    'clerk.example',
    '',
    'https://u:p@clerk.example',
    'https://clerk.example/?a=1',
    'file:///etc/passwd',
  ])('refuses the address %j', (baseUrl) => expect(() => newClient(baseUrl)).toThrow(TypeError));

  it.each(['', 'sk_test_a b', 'sk_test_a\r\nx: y', 'sk_test_é'])('refuses the key %j without showing it', (secretKey) => {
    expect(() => newClient('https://clerk.example', { secretKey })).toThrow(
      /^The secret key is empty or has characters that keys never have\.$/,
    );
  });

  it('keeps the path of the address, with or without a slash at its end', async () => {
    for (const prefix of ['', '/', '/v1', '/proxy/v1/']) {
      server.reset();
      const prefixed = newClient(server.origin + prefix);
      await prefixed.warm();
      await prefixed.send(catalog.get('Jwks_getJsonWebKeySet'), {});
      expect(server.requests[0]?.url).toBe(`${prefix.replace(/\/$/, '')}/jwks`);
      await prefixed.close();
    }
  });
});
