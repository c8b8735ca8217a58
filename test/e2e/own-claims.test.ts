import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, TestIssuer } from '../mcp/auth/test-issuer.js';
import { approver, approversFile, signIn, writeApprovers } from '../support/approvers.js';
import { connectHttp } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { RecordingServer } from '../support/recording-server.js';
import { scratchDirectory } from '../support/scratch.js';

const MERGE = 'Users_mergeUserMetadataAttributes';
const SCOPE = { user_id: 'user_bob', public_metadata: { mcp_scope: 'clerk:destructive' } };
const MAY = { scope: 'clerk:read clerk:write clerk:access' };

const scratch = await scratchDirectory();
let issuer: TestIssuer;
let upstream: RecordingServer;
let approvers: string;

const start = (...args: string[]): Promise<HttpProgram> =>
  startHttp({
    args: ['--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--allowed-hosts', '127.0.0.1', ...args],
    env: {
      CLERK_SECRET_KEY: 'sk_test_own_claims',
      CLERK_API_URL: `${upstream.origin}/v1`,
      CLERK_MCP_APPROVERS: approvers,
    },
  });

beforeAll(async () => {
  issuer = await TestIssuer.start();
  upstream = await RecordingServer.start();
  approvers = await approversFile(scratch, 'approvers.json');
  upstream.reply = ({ url, method }) => {
    if (method !== 'GET') return { body: { object: 'user', id: 'user_bob' } };
    if (url.startsWith('/v1/domains')) {
      return { body: { data: [{ object: 'domain', name: 'x.example', frontend_api_url: issuer.url }], total_count: 1 } };
    }
    if (url.startsWith('/v1/jwt_templates')) return { body: [{ claims: { scope: '{{user.public_metadata.mcp_scope}}' } }] };
    return { body: { object: 'user', id: 'user_bob', first_name: 'Bob' } };
  };
});
beforeEach(() => writeApprovers(approvers));
afterAll(async () => {
  await stopAll();
  await issuer.stop();
  await upstream.stop();
});

const changing = () => upstream.requests.filter(({ method }) => method !== 'GET');

describe('where the instance that is worked on issues the tokens of the callers', () => {
  it('what their scopes are made of is written only with the word of somebody else, which the start says', async () => {
    const server = await start('--confirm', 'flag', '--ask-wait', '0');
    const { msg } = await server.logged('is the instance that this server operates');
    expect(msg).toBe(
      "the issuer of the callers' tokens is the instance that this server operates: calls that write the data behind their scopes need a person other than the caller",
    );
    const writer = await connectHttp('v2 (2026)', server.url, { token: await issuer.token() });
    await expect(writer.call(MERGE, SCOPE)).rejects.toThrow('Insufficient scope');
    expect((await writer.call(MERGE, { user_id: 'user_bob', public_metadata: { theme: 'dark' } })).isError).toBe(false);
    await writer.close();
    expect(changing()).toHaveLength(1);

    const ada = await connectHttp('v2 (2026)', server.url, { token: await issuer.token(MAY) });
    const confirmed = { ...SCOPE, confirm: true };
    // Nobody is enrolled, and then the caller alone.
    expect((await ada.call(MERGE, confirmed)).json).toMatchObject({ error: 'person_required', enrol: expect.any(String) });
    await writeApprovers(approvers, approver('ada', { callers: ['user_ada'] }));
    expect((await ada.call(MERGE, confirmed)).json).toMatchObject({ error: 'person_required' });

    await writeApprovers(approvers, approver('ada', { callers: ['user_ada'] }), approver('bob'));
    const pending = await ada.call(MERGE, confirmed);
    expect(pending.json).toMatchObject({
      error: 'approval_pending',
      effect: expect.stringContaining('may change, what the callers of'),
    });
    const { approval } = pending.json as { approval: string };
    const address = `${server.url}/approvals`;
    expect((await (await signIn(address, 'ada')).approve(approval)).body.error).toBe('own');
    expect((await ada.call(MERGE, { ...SCOPE, confirm: approval })).json).toMatchObject({ error: 'approval_pending' });
    expect(changing()).toHaveLength(1);
    expect((await (await signIn(address, 'bob')).approve(approval)).status).toBe(200);
    expect((await ada.call(MERGE, { ...SCOPE, confirm: approval })).isError).toBe(false);
    expect(changing()).toHaveLength(2);
    await ada.close();
  });

  it('nobody makes themselves or others fit the grants without that, and who may do what is looked up anew', async () => {
    upstream.requests.length = 0;
    const grants = join(scratch, 'grants.yaml');
    const all = 'scopes: [clerk:read, clerk:write, clerk:access]';
    const entry = (who: string): string => `  - who: ${who}\n    ${all}\n`;
    await writeFile(grants, `grants:\n${entry('{ subject: user_ada }')}${entry('{ organization: org_staff }')}`);
    const server = await start('--confirm', 'flag', '--ask', 'client', '--grants', grants);
    const ada = await connectHttp('v2 (2026)', server.url, { token: await issuer.token(MAY) });
    const membership = { user_id: 'user_ada', organization_id: 'org_staff', role: 'org:member', confirm: true };
    const refused = await ada.call('OrganizationMemberships_addUserToOrganization', membership);
    expect(refused.json).toMatchObject({ error: 'own_claims' });
    const elsewhere = { ...membership, organization_id: 'org_other' };
    expect((await ada.call('OrganizationMemberships_addUserToOrganization', elsewhere)).isError).toBe(false);
    const address = { user_id: 'user_ada', email_address: 'ada@example.com', confirm: true };
    expect((await ada.call('EmailAddresses_createNewAddress', address)).isError).toBe(false);
    expect(changing()).toHaveLength(2);
    await writeFile(grants, `grants:\n${entry('{ subject: user_ada }')}${entry('{ email_domain: example.com }')}`);
    await vi.waitFor(() => expect(server.log.filter(({ msg }) => msg === 'grants file read').length).toBeGreaterThan(1), {
      timeout: 15_000,
    });
    expect((await ada.call('EmailAddresses_createNewAddress', address)).json).toMatchObject({ error: 'own_claims' });
    expect(changing()).toHaveLength(2);
    await ada.close();
  });

  it('it is not written at all where nobody but the client can be asked', async () => {
    upstream.requests.length = 0;
    const server = await start('--confirm', 'flag', '--ask', 'client');
    const ada = await connectHttp('v2 (2026)', server.url, { token: await issuer.token(MAY) });
    expect((await ada.call(MERGE, { ...SCOPE, confirm: true })).json).toMatchObject({ error: 'own_claims' });
    expect(changing()).toEqual([]);
    await ada.close();
  });
});
