import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_INDEX } from './error-index.js';
import { type Answer, addUser, type Client, openSandbox } from './harness.js';

const sources = ((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(root + file, 'utf8'))
    .join('\n'))(fileURLToPath(new URL('../../src/sandbox/', import.meta.url)));

/** That the codes in reach are answered, the end of a whole run sees: test/support/published/report.ts. */
describe('a code of the index that is out of reach', () => {
  const reachable = new Set(ERROR_INDEX.filter(([, , , reason]) => reason === undefined).map(([, , code]) => code));
  const unreachable = ERROR_INDEX.flatMap(([error, , code, reason]) =>
    reason === undefined || reachable.has(code) ? [] : [{ error, code, reason }],
  );
  it.each(unreachable)('$error is never answered, and has its reason', ({ code, reason }) => {
    expect(code === '' || !sources.includes(`'${code}'`)).toBe(true);
    expect(reason).toMatch(/\w\.$/);
  });
});

describe('status, code and meta', () => {
  const seed = {
    organizations: [{ id: 'org_engine', name: 'Engine' }],
    users: [
      { id: 'user_ada', email_addresses: ['ada@example.com'], totp_secret: 'JBSWY3DPEHPK3PXP' },
      { id: 'user_bob', email_addresses: ['bob@example.com'] },
    ],
  };
  const metaOf = ({ body }: Answer): unknown => (body as unknown as { errors: { meta?: unknown }[] }).errors[0]?.meta;
  const task = { permissions: '*', agent_name: 'a', task_description: 'b', redirect_url: 'https://example.com' };

  it.each<[what: string, send: (client: Client) => Promise<Answer>, status: number, code: string, meta?: object]>([
    [
      'no Authorization header',
      (client) => client.send('GET', '/users', { headers: { authorization: '' } }),
      401,
      'authorization_header_format_invalid',
    ],
    [
      'a second Svix application',
      async (client) => {
        await client.post('/webhooks/svix');
        return client.post('/webhooks/svix');
      },
      400,
      'bad_request',
    ],
    [
      'an agent task for nobody in particular',
      (client) => client.post('/agents/tasks', { ...task, on_behalf_of: {} }),
      422,
      'form_param_missing',
      { names: ['on_behalf_of.user_id', 'on_behalf_of.identifier'] },
    ],
    [
      'a digest without its hasher',
      (client) => client.post('/users', { username: 'grace', password_digest: 'x' }),
      422,
      'form_conditional_param_missing',
      { param_name: 'password_hasher' },
    ],
    [
      'a text where a list belongs',
      (client) => client.post('/users', { email_address: 'ada@example.com' }),
      422,
      'form_param_type_invalid',
      { param_name: 'email_address' },
    ],
    [
      'a number where one of several texts belongs',
      (client) => client.patch('/instance', { preferred_sign_in_strategy_when_password_required: 7 }),
      422,
      'form_param_type_invalid',
      { param_name: 'preferred_sign_in_strategy_when_password_required' },
    ],
    [
      'metadata that is no object',
      (client) => client.post('/users', { public_metadata: 'pro' }),
      422,
      'form_param_value_invalid',
      { param_name: 'public_metadata' },
    ],
    ['a template of another type', (client) => client.get('/templates/fax'), 400, 'template_type_unsupported'],
    ['a query that lacks what it needs', (client) => client.get('/m2m_tokens'), 400, 'missing_query_parameter'],
    [
      'a code of the wrong length',
      (client) => client.post('/users/user_ada/verify_totp', { code: '12345' }),
      422,
      'totp_invalid_length',
      { param_name: 'code' },
    ],
    [
      'an address that is invited twice',
      async (client) => {
        await client.post('/invitations', { email_address: 'eve@example.com' });
        return client.post('/invitations', { email_address: 'eve@example.com' });
      },
      400,
      'duplicate_record',
      { email_addresses: ['eve@example.com'] },
    ],
    [
      'an inviter who may not invite',
      async (client) => {
        await client.post('/organizations/org_engine/memberships', { user_id: 'user_bob', role: 'org:member' });
        const invitation = { email_address: 'eve@example.com', role: 'org:member', inviter_user_id: 'user_bob' };
        return client.post('/organizations/org_engine/invitations', invitation);
      },
      403,
      'missing_organization_permission',
      { permissions: ['org:sys_memberships:manage'] },
    ],
  ])('%s', async (_, send, status, code, meta) => {
    const client = await openSandbox({ seed });
    const answer = await send(client);
    expect([answer.status, answer.code, metaOf(answer)]).toEqual([status, code, meta]);
  });

  it('the default second factor stays while there are others', async () => {
    const client = await openSandbox();
    const user = await addUser(client, 'ada@example.com');
    const add = async (phone_number: string) =>
      (await client.post('/phone_numbers', { user_id: user.id, phone_number, verified: true, reserved_for_second_factor: true }))
        .body;
    const [first, second] = [await add('+15555550100'), await add('+15555550101')];
    const drop = (id: unknown) => client.patch(`/phone_numbers/${id}`, { reserved_for_second_factor: false });
    const refused = await drop(first.id);
    expect([refused.status, refused.code]).toEqual([422, 'form_disable_default_second_factor_not_allowed']);
    expect((await drop(second.id)).status).toBe(200);
    expect((await drop(first.id)).status).toBe(200);
  });
});
