import { createClerkClient as createThird, verifyToken as verifyThird } from '@clerk/backend';
import { Clerk as createZeroth, verifyToken as verifyZeroth } from 'clerk-backend-0';
import { createClerkClient as createFirst, verifyToken as verifyFirst } from 'clerk-backend-1';
import { createClerkClient as createSecond, verifyToken as verifySecond } from 'clerk-backend-2';
import { describe, expect, it } from 'vitest';
import { EASY, openSandbox } from '../harness.js';

interface Keys {
  readonly secretKey: string;
  readonly apiUrl: string;
  readonly publishableKey: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the majors have types of their own; what is at the bottom is compared.
type Clerk = any;

interface Sdk {
  readonly create: (keys: Keys) => Clerk;
  readonly verify: (token: string, keys: Keys) => Promise<{ readonly sub: string; readonly sid?: string }>;
  /** The user of a request with this token; null for nobody. */
  readonly authenticate: (clerk: Clerk, token: string, keys: Keys) => Promise<string | null>;
  /** Whether it tells a token of a template from one of a session, and refuses it. */
  readonly knowsTemplates: boolean;
}

const verified = (verify: (token: string, options: object) => Promise<unknown>): Sdk['verify'] =>
  ((token, { secretKey, apiUrl }) => verify(token, { secretKey, apiUrl, skipJwksCache: true })) as Sdk['verify'];

/** Majors 1 to 3 take a request, and the options beside it. */
const byRequest: Sdk['authenticate'] = async (clerk, token, keys) => {
  const request = new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } });
  const state = await clerk.authenticateRequest(request, { ...keys, skipJwksCache: true });
  return state.toAuth()?.userId ?? null;
};

const MAJORS: Readonly<Record<number, Sdk>> = {
  0: {
    create: createZeroth,
    verify: (token, { secretKey, apiUrl }) =>
      verifyZeroth(token, { secretKey, apiUrl, issuer: null, skipJwksCache: true } as never),
    authenticate: async (clerk, headerToken, keys) => {
      const state = await clerk.authenticateRequest({ headerToken, ...keys, skipJwksCache: true });
      return state.toAuth()?.userId ?? null;
    },
    knowsTemplates: false,
  },
  1: { create: createFirst, verify: verified(verifyFirst as never), authenticate: byRequest, knowsTemplates: false },
  2: { create: createSecond, verify: verified(verifySecond as never), authenticate: byRequest, knowsTemplates: false },
  3: { create: createThird, verify: verified(verifyThird as never), authenticate: byRequest, knowsTemplates: true },
};

/** Lists are arrays in major 0 and pages later. */
const rows = (list: Clerk): Clerk[] => (Array.isArray(list) ? list : list.data);

async function open({ create }: Sdk) {
  const client = await openSandbox({ now: Date.now, seed: { settings: EASY } });
  const { secretKey, origin: apiUrl } = client.sandbox;
  const keys = { secretKey, apiUrl, publishableKey: await client.sandbox.publishableKey() };
  return { client, keys, clerk: create({ ...keys, telemetry: { disabled: true } } as Keys) };
}

describe.each(Object.entries(MAJORS))('major %s of the SDK', (_, sdk) => {
  it('works on users', async () => {
    const { clerk } = await open(sdk);
    const { users } = clerk;
    const ada = await users.createUser({ emailAddress: ['ada@example.com'], password: 'violet-kettle-42', firstName: 'Ada' });
    expect(ada).toMatchObject({ firstName: 'Ada', emailAddresses: [{ emailAddress: 'ada@example.com' }] });
    expect((await users.getUser(ada.id)).id).toBe(ada.id);
    expect((await users.updateUser(ada.id, { lastName: 'Lovelace' })).lastName).toBe('Lovelace');
    const { publicMetadata } = await users.updateUserMetadata(ada.id, { publicMetadata: { plan: 'pro' } });
    expect(publicMetadata).toEqual({ plan: 'pro' });
    expect(rows(await users.getUserList({ emailAddress: ['ada@example.com'] })).map((user) => user.id)).toEqual([ada.id]);
    expect(await users.getCount()).toBe(1);
    expect(await users.verifyPassword({ userId: ada.id, password: 'violet-kettle-42' })).toMatchObject({ verified: true });
    await users.deleteUser(ada.id);
    await expect(users.getUser(ada.id)).rejects.toMatchObject({ status: 404, errors: [{ code: 'resource_not_found' }] });
  });

  it('works on organizations, their members and invitations', async () => {
    const { clerk } = await open(sdk);
    const { organizations, users } = clerk;
    const ada = await users.createUser({ emailAddress: ['ada@example.com'] });
    const bob = await users.createUser({ emailAddress: ['bob@example.com'] });
    const org = await organizations.createOrganization({ name: 'Engines', createdBy: ada.id });
    const organizationId: string = org.id;
    expect((await organizations.getOrganization({ organizationId })).name).toBe('Engines');
    await organizations.createOrganizationMembership({ organizationId, userId: bob.id, role: 'org:member' });
    await organizations.updateOrganizationMembership({ organizationId, userId: bob.id, role: 'org:admin' });
    const members = rows(await organizations.getOrganizationMembershipList({ organizationId }));
    expect(members.map((member) => [member.publicUserData.userId, member.role]).sort()).toEqual(
      [
        [ada.id, 'org:admin'],
        [bob.id, 'org:admin'],
      ].sort(),
    );
    const guest = { organizationId, emailAddress: 'eve@example.com', role: 'org:member', inviterUserId: ada.id };
    const invited = await organizations.createOrganizationInvitation({ ...guest, redirectUrl: 'http://localhost:3000' });
    expect(invited).toMatchObject({ emailAddress: 'eve@example.com', status: 'pending' });
    const ended = { organizationId, invitationId: invited.id, requestingUserId: ada.id };
    expect((await organizations.revokeOrganizationInvitation(ended)).status).toBe('revoked');
    expect((await organizations.updateOrganization(organizationId, { name: 'Engine' })).name).toBe('Engine');
    await organizations.deleteOrganizationMembership({ organizationId, userId: bob.id });
    await organizations.deleteOrganization(organizationId);
    expect(rows(await organizations.getOrganizationList())).toEqual([]);
  });

  it('works on invitations, addresses and lists of identifiers', async () => {
    const { clerk } = await open(sdk);
    const invitation = await clerk.invitations.createInvitation({ emailAddress: 'eve@example.com' });
    expect((await clerk.invitations.revokeInvitation(invitation.id)).status).toBe('revoked');
    const ada = await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
    const address = { userId: ada.id, emailAddress: 'countess@example.com', verified: true };
    const added = await clerk.emailAddresses.createEmailAddress(address);
    await clerk.emailAddresses.updateEmailAddress(added.id, { primary: true });
    expect((await clerk.users.getUser(ada.id)).primaryEmailAddressId).toBe(added.id);
    const listed = await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: 'fay@example.com', notify: false });
    await clerk.allowlistIdentifiers.deleteAllowlistIdentifier(listed.id);
    expect(rows(await clerk.allowlistIdentifiers.getAllowlistIdentifierList())).toEqual([]);
    const signIn = await clerk.signInTokens.createSignInToken({ userId: ada.id, expiresInSeconds: 60 });
    expect((await clerk.signInTokens.revokeSignInToken(signIn.id)).status).toBe('revoked');
  });

  it('takes the token of a session, and tells what is none', async () => {
    const { clerk, client, keys } = await open(sdk);
    const ada = await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
    const session = await client.post('/sessions', { user_id: ada.id });
    const id = String(session.body.id);
    await client.post('/jwt_templates', { name: 'store', claims: { plan: 'pro' } });
    const made = await client.post(`/sessions/${id}/tokens`);
    const jwt = String(made.body.jwt);
    expect(await sdk.verify(jwt, keys)).toMatchObject({ sub: ada.id, sid: id });
    expect(await sdk.authenticate(clerk, jwt, keys)).toBe(ada.id);
    const got = await clerk.sessions.getToken(id, 'store');
    // Major 0 gives the token itself.
    const ofTemplate = typeof got === 'string' ? got : got.jwt;
    expect(await sdk.authenticate(clerk, ofTemplate, keys)).toBe(sdk.knowsTemplates ? null : ada.id);
    const [head, claims] = jwt.split('.');
    expect(await sdk.authenticate(clerk, `${head}.${claims}.${'A'.repeat(342)}`, keys).catch(() => null)).toBeNull();

    expect(rows(await clerk.sessions.getSessionList({ userId: ada.id })).map((row) => row.id)).toEqual([id]);
    expect((await clerk.sessions.revokeSession(id)).status).toBe('revoked');
    await expect(clerk.sessions.getToken(id, 'store')).rejects.toMatchObject({ errors: [{ code: 'session_not_active' }] });
  });
});
