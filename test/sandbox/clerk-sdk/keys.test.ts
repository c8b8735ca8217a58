import { createClerkClient } from '@clerk/backend';
import { TokenType } from '@clerk/backend/internal';
import { expect, it } from 'vitest';
import { codeOf, deletedAs, ids, openClerk } from './support.js';

const GONE = [404, 'resource_not_found'];

it('machines', async () => {
  const { clerk } = await openClerk();
  const { machines } = clerk;
  const store = await machines.create({ name: 'Store' });
  const mailer = await machines.create({ name: 'Mailer', scopedMachines: [store.id], defaultTokenTtl: 60 });
  expect(mailer).toMatchObject({ name: 'Mailer', defaultTokenTtl: 60, scopedMachines: [{ id: store.id, name: 'Store' }] });
  expect(mailer.secretKey).toMatch(/^ak_/);
  const page = await machines.list({ query: 'mail', orderBy: '-name', limit: 5 });
  expect([ids(page), page.totalCount]).toEqual([[mailer.id], 1]);
  expect(await machines.update({ machineId: mailer.id, name: 'Post', defaultTokenTtl: 90 })).toMatchObject({ name: 'Post' });
  expect(await machines.get(mailer.id)).toMatchObject({ name: 'Post', defaultTokenTtl: 90, secretKey: undefined });
  const scope = { fromMachineId: store.id, toMachineId: mailer.id };
  expect(await machines.createScope(store.id, mailer.id)).toMatchObject(scope);
  expect(await codeOf(machines.createScope(store.id, mailer.id))).toEqual([409, 'duplicate_record']);
  // Whatever says that it is deleted, the SDK takes for one of its deleted objects, which keep no more of it than that.
  expect(await machines.deleteScope(store.id, mailer.id)).toMatchObject({ object: 'machine_scope', deleted: true });
  expect((await machines.get(store.id)).scopedMachines).toEqual([]);
  const { secret } = await machines.rotateSecretKey({ machineId: mailer.id, previousTokenTtl: 0 });
  expect(secret).not.toBe(mailer.secretKey);
  expect((await machines.getSecretKey(mailer.id)).secret).toBe(secret);
  expect((await machines.delete(mailer.id)).id).toBe(mailer.id);
  expect(await codeOf(machines.get(mailer.id))).toEqual(GONE);
});

it('m2m', async () => {
  const { clerk, client } = await openClerk();
  const { m2m } = clerk;
  const store = await clerk.machines.create({ name: 'Store' });
  const mailer = await clerk.machines.create({ name: 'Mailer', scopedMachines: [store.id] });
  const [storeKey, mailerKey] = [store.secretKey ?? '', mailer.secretKey ?? ''];
  const made = await m2m.createToken({ machineSecretKey: mailerKey, claims: { job: 7 }, secondsUntilExpiration: 60 });
  expect(made).toMatchObject({ subject: mailer.id, scopes: [store.id], claims: { job: 7 }, expired: false });
  const token = made.token ?? '';
  const reuse = { machineSecretKey: mailerKey, claims: { job: 7 }, minRemainingTtlSeconds: 30 };
  expect(await m2m.createToken(reuse)).toMatchObject({ id: made.id, token });
  expect(await m2m.verify({ machineSecretKey: storeKey, token })).toMatchObject({ id: made.id, claims: { job: 7 } });
  expect(await codeOf(m2m.verify({ machineSecretKey: mailerKey, token }))).toEqual(GONE);
  expect(await m2m.verify({ token })).toMatchObject({ id: made.id });
  const page = await m2m.list({ machineSecretKey: mailerKey, subject: mailer.id });
  expect([ids(page), page.totalCount]).toEqual([[made.id], 1]);
  expect(await codeOf(m2m.createToken())).toEqual([403, 'authorization_invalid']);
  const revoked = await m2m.revokeToken({ m2mTokenId: made.id, revocationReason: 'leaked' });
  expect(revoked).toMatchObject({ revoked: true, revocationReason: 'leaked' });
  expect(await codeOf(m2m.verify({ token }))).toEqual(GONE);
  expect(ids(await m2m.list({ subject: mailer.id, revoked: true }))).toEqual([made.id]);
  client.clock.now += 60_000;
  expect((await m2m.list({ subject: mailer.id, revoked: true, expired: false })).totalCount).toBe(0);
});

it('m2m, with a JWT that the SDK verifies by itself', async () => {
  // The SDK goes by the machine's clock.
  const { clerk } = await openClerk({ now: Date.now });
  const store = await clerk.machines.create({ name: 'Store' });
  const mailer = await clerk.machines.create({ name: 'Mailer', scopedMachines: [store.id] });
  const made = await clerk.m2m.createToken({
    machineSecretKey: mailer.secretKey ?? '',
    tokenFormat: 'jwt',
    claims: { job: 'digest' },
  });
  const verified = await clerk.m2m.verify({ token: made.token ?? '' });
  expect(verified).toMatchObject({
    id: made.id,
    subject: mailer.id,
    scopes: [store.id],
    claims: { job: 'digest' },
    expiration: made.expiration,
    createdAt: made.createdAt,
  });
});

it('apiKeys', async () => {
  const { clerk, client } = await openClerk();
  const { apiKeys } = clerk;
  const ada = await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
  const made = await apiKeys.create({
    name: 'Export',
    subject: ada.id,
    scopes: ['read'],
    claims: { team: 7 },
    createdBy: ada.id,
  });
  expect(made).toMatchObject({ name: 'Export', subject: ada.id, scopes: ['read'], claims: { team: 7 }, createdBy: ada.id });
  const secret = made.secret ?? '';
  expect(await apiKeys.getSecret(made.id)).toEqual({ secret });
  expect(await apiKeys.verify(secret)).toMatchObject({ id: made.id, lastUsedAt: client.clock.now });
  expect(await apiKeys.get(made.id)).toMatchObject({ id: made.id, secret: undefined });
  const changed = await apiKeys.update({
    apiKeyId: made.id,
    subject: ada.id,
    secondsUntilExpiration: 60,
    description: 'Nightly',
  });
  expect(changed).toMatchObject({ description: 'Nightly', scopes: ['read'], expiration: client.clock.now + 60_000 });
  const page = await apiKeys.list({ subject: ada.id });
  expect([ids(page), page.totalCount]).toEqual([[made.id], 1]);
  expect(await apiKeys.revoke({ apiKeyId: made.id, revocationReason: 'leaked' })).toMatchObject({ revocationReason: 'leaked' });
  expect(await codeOf(apiKeys.verify(secret))).toEqual(GONE);
  expect((await apiKeys.list({ subject: ada.id })).totalCount).toBe(0);
  expect(ids(await apiKeys.list({ subject: ada.id, includeInvalid: true }))).toEqual([made.id]);
  expect(await apiKeys.delete(made.id)).toEqual(deletedAs('api_key', made.id));
});

it('idPOAuthAccessToken, and oauthApplications that void one', async () => {
  const { clerk, client } = await openClerk();
  const ada = await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
  const shop = await clerk.oauthApplications.create({ name: 'Shop' });
  const issued = await client.post('/_sandbox/oauth_tokens', { oauth_application_id: shop.id, user_id: ada.id });
  const token = String(issued.body.access_token);
  expect(await clerk.idPOAuthAccessToken.verify(token)).toMatchObject({
    clientId: shop.clientId,
    subject: ada.id,
    scopes: ['profile', 'email'],
    expiration: client.clock.now / 1000 + 86_400,
  });
  await clerk.oauthApplications.revokeToken({ oauthApplicationId: shop.id, token });
  expect(await codeOf(clerk.idPOAuthAccessToken.verify(token))).toEqual(GONE);
});

it('testingTokens', async () => {
  const { clerk, client } = await openClerk();
  // The SDK hands it on as it comes, without its own names for things.
  const made: object = await clerk.testingTokens.createTestingToken();
  expect(made).toMatchObject({ token: expect.stringContaining('-c_'), expires_at: client.clock.now / 1000 + 3600 });
});

it('agentTasks', async () => {
  const { clerk } = await openClerk();
  const ada = await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
  const task = await clerk.agentTasks.create({
    onBehalfOf: { userId: ada.id },
    permissions: '*',
    agentName: 'release-bot',
    taskDescription: 'Checks that sign-in works',
    redirectUrl: 'https://example.com/dashboard',
    sessionMaxDurationInSeconds: 60,
  });
  expect(task).toMatchObject({ agentId: expect.stringMatching(/^agent_/), url: expect.stringContaining('?ticket=') });
  const revoked = await clerk.agentTasks.revoke(task.agentTaskId);
  expect(revoked).toMatchObject({ agentId: task.agentId, agentTaskId: task.agentTaskId });
  expect(await codeOf(clerk.agentTasks.revoke(task.agentTaskId))).toEqual([400, 'bad_request']);
});

it('authenticateRequest knows keys and tokens, and refuses them once they are void', async () => {
  const { clerk, client } = await openClerk();
  const ada = await clerk.users.createUser({ emailAddress: ['ada@example.com'] });
  const store = await clerk.machines.create({ name: 'Store' });
  const mailer = await clerk.machines.create({ name: 'Mailer', scopedMachines: [store.id] });
  const shop = await clerk.oauthApplications.create({ name: 'Shop' });
  const key = await clerk.apiKeys.create({ name: 'Export', subject: ada.id });
  const m2m = await clerk.m2m.createToken({ machineSecretKey: mailer.secretKey ?? '' });
  const oauth = (await client.post('/_sandbox/oauth_tokens', { oauth_application_id: shop.id, user_id: ada.id })).body;
  const { origin: apiUrl, secretKey } = client.sandbox;
  // Of a service that stands where the store's machine does.
  const service = createClerkClient({
    secretKey,
    apiUrl,
    publishableKey: `pk_test_${Buffer.from('clerk.example.com$').toString('base64')}`,
    machineSecretKey: store.secretKey ?? '',
    telemetry: { disabled: true },
  });
  const signedInAs = async (token: unknown): Promise<unknown> => {
    const request = new Request('https://example.com/api', { headers: { authorization: `Bearer ${token}` } });
    const state = await service.authenticateRequest(request, {
      acceptsToken: [TokenType.ApiKey, TokenType.M2MToken, TokenType.OAuthToken],
    });
    const auth = state.toAuth();
    return state.isAuthenticated && auth !== null && 'subject' in auth ? auth.subject : state.reason;
  };
  const tokens = [key.secret, m2m.token, oauth.access_token];
  expect(await Promise.all(tokens.map(signedInAs))).toEqual([ada.id, mailer.id, ada.id]);
  await clerk.apiKeys.revoke({ apiKeyId: key.id });
  await clerk.m2m.revokeToken({ m2mTokenId: m2m.id });
  await clerk.oauthApplications.revokeToken({ oauthApplicationId: shop.id, token: String(oauth.access_token) });
  expect(await Promise.all(tokens.map(signedInAs))).toEqual(['token-invalid', 'token-invalid', 'token-invalid']);
});
