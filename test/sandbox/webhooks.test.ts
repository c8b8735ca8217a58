import { verifyWebhook } from '@clerk/backend/webhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EndpointError } from '../../src/sandbox/webhooks/endpoint.js';
import { EVENT_TYPES } from '../../src/sandbox/webhooks/event-types.js';
import { type RecordedRequest, RecordingServer } from '../support/recording-server.js';
import { addUser, type Client, EASY, type Json, openSandbox } from './harness.js';
import { WEBHOOK_DATA } from './webhook-forms.js';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

let receiver: RecordingServer;
beforeEach(async () => {
  receiver = await RecordingServer.start();
});
afterEach(() => receiver.stop());

const open = (more: Parameters<typeof openSandbox>[0] = {}): Promise<Client> =>
  openSandbox({ webhooks: [{ url: `${receiver.origin}/hook`, secret: SECRET }], ...more });

interface Shown {
  readonly endpoints: readonly { readonly url: string; readonly secret: string }[];
  readonly data: readonly {
    readonly id: string;
    readonly type: string;
    readonly status: string;
    readonly attempts: readonly { readonly status: number | null; readonly error: string | null }[];
    readonly next_attempt_at: number | null;
  }[];
}

/** Speaks to an address of the sandbox's own. */
const control = async (client: Client, method: string, path: string, body?: unknown) => {
  const init =
    body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${client.sandbox.origin}/_sandbox${path}`, init);
  return { status: response.status, body: (await response.json()) as Json };
};

/** What was sent, once nothing is under way any more. */
const sent = async (client: Client) => (await control(client, 'GET', '/webhooks')).body as unknown as Shown;

const advance = (client: Client, ms: number) => control(client, 'POST', '/clock', { advance_ms: ms });

const bodyOf = ({ body }: RecordedRequest): { type: string; data: Json } =>
  JSON.parse(body.toString()) as { type: string; data: Json };

/** Types of what has come in, with what each is about. */
const heard = async (client: Client): Promise<string[]> => {
  await sent(client);
  return receiver.requests.map((request) => bodyOf(request).type);
};

const asRequest = ({ headers, body }: RecordedRequest): Request =>
  new Request('http://localhost/hook', {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: new Uint8Array(body),
  });

/** Does what makes every event happen. */
async function live(client: Client): Promise<void> {
  const ada = await addUser(client, 'ada@example.com', { password: 'correct horse battery' });
  const bob = await addUser(client, 'bob@example.com');
  const phone = await client.post('/phone_numbers', { user_id: ada.id, phone_number: '+15555550100' });
  await client.post(`/phone_numbers/${phone.body.id}/prepare_verification`);
  const org = await client.post('/organizations', { name: 'Engines', created_by: ada.id });
  const at = `/organizations/${org.body.id}`;
  await client.patch(at, { name: 'Analytical Engines' });
  const domain = await client.post(`${at}/domains`, { name: 'engines.example' });
  await client.patch(`${at}/domains/${domain.body.id}`, { enrollment_mode: 'manual_invitation' });
  await client.delete(`${at}/domains/${domain.body.id}`);
  const guest = await client.post(`${at}/invitations`, {
    email_address: 'eve@example.com',
    role: 'org:member',
    inviter_user_id: ada.id,
  });
  await client.post(`${at}/invitations/${guest.body.id}/revoke`, { requesting_user_id: ada.id });
  await client.post(`${at}/memberships`, { user_id: bob.id, role: 'org:member' });
  await client.patch(`${at}/memberships/${bob.id}`, { role: 'org:admin' });
  await client.delete(`${at}/memberships/${bob.id}`);
  const permission = await client.post('/organization_permissions', { name: 'Read bills', key: 'org:bills:read' });
  await client.patch(`/organization_permissions/${permission.body.id}`, { name: 'See bills' });
  await client.delete(`/organization_permissions/${permission.body.id}`);
  const role = await client.post('/organization_roles', { name: 'Clerk', key: 'org:clerk' });
  await client.patch(`/organization_roles/${role.body.id}`, { name: 'Teller' });
  await client.delete(`/organization_roles/${role.body.id}`);
  const session = await client.post('/sessions', { user_id: bob.id });
  await client.post(`/sessions/${session.body.id}/revoke`);
  await client.post(`/users/${ada.id}/password/set_compromised`, {});
  await client.post('/sessions', { user_id: ada.id });
  const entry = await client.post('/waitlist_entries', { email_address: 'wanda@example.com' });
  await client.post(`/waitlist_entries/${entry.body.id}/reject`);
  await client.post('/instance/change_domain', { home_url: 'https://engines.example' });
  await client.delete(at);
  await client.delete(`/users/${bob.id}`);
}

/** Of events that Clerk has and the sandbox does not send: why. */
const NEVER_SENT = {
  accepted: ['organizationInvitation.accepted', 'a person accepts in a browser'],
  removed: ['session.removed', 'a person signs out in a browser'],
  billing: [/^(?:paymentAttempt|subscription|subscriptionItem)\./, 'billing has no webhooks here'],
} as const;

describe('webhooks', () => {
  it('tell of every change, in the form that Clerk publishes, signed so that its SDK takes them', async () => {
    const client = await open({ seed: { settings: { ...EASY, environment_type: 'production' } } });
    await live(client);
    const types = await heard(client);
    for (const request of receiver.requests) {
      const event = await verifyWebhook(asRequest(request), { signingSecret: SECRET });
      expect(event).toMatchObject({ object: 'event', instance_id: expect.stringMatching(/^ins_/), timestamp: client.clock.now });
      const form = WEBHOOK_DATA[event.type];
      expect(form?.safeParse(event.data).error, event.type).toBeUndefined();
    }
    const never = (type: string): boolean =>
      Object.values(NEVER_SENT).some(([named]) => (typeof named === 'string' ? named === type : named.test(type)));
    expect(new Set(types)).toEqual(new Set(EVENT_TYPES.filter((type) => !never(type))));
  });

  it('go only to those who want them, and a seed names several', async () => {
    const url = (name: string) => `${receiver.origin}/${name}`;
    const webhooks = [
      { url: url('people'), events: ['user.*', 'session.created'] },
      { url: url('organizations'), events: ['organization*'], secret: SECRET },
    ];
    const client = await openSandbox({ seed: { settings: EASY, webhooks } });
    const ada = await addUser(client, 'ada@example.com');
    await client.post('/organizations', { name: 'Engines', created_by: ada.id });
    const { endpoints } = await sent(client);
    const got = (name: string) => receiver.requests.filter((request) => request.url === `/${name}`);
    expect(got('people').map((request) => bodyOf(request).type)).toEqual(['user.created']);
    expect(got('organizations').map((request) => bodyOf(request).type)).toEqual([
      'organization.created',
      'organizationMembership.created',
    ]);
    for (const { url: to, secret } of endpoints) {
      const [request] = receiver.requests.filter((each) => to.endsWith(each.url));
      await expect(verifyWebhook(asRequest(request as RecordedRequest), { signingSecret: secret })).resolves.toBeDefined();
    }
    expect(endpoints.map(({ secret }) => secret)).toEqual([expect.stringMatching(/^whsec_/), SECRET]);
  });

  it.each([
    [[{ url: 'ftp://localhost/hook' }], /http or https/],
    [[{ url: 'http://localhost/hook', events: ['user.create'] }], /Did you mean user\.created/],
    [[{ url: 'http://localhost/hook', secret: 'hush' }], /whsec_/],
  ])('are refused at the start where they cannot be sent: %j', async (webhooks, why) => {
    await expect(openSandbox({ webhooks })).rejects.toThrow(why);
    await expect(openSandbox({ webhooks })).rejects.toThrow(EndpointError);
  });

  it('do not let a seed send to another machine', async () => {
    const webhooks = [{ url: 'https://example.com/hook' }];
    await expect(openSandbox({ seed: { webhooks } })).rejects.toThrow(
      /webhooks.*must be of this machine|must be of this machine/s,
    );
  });

  it('are tried again after the waits that Svix has, until they are taken', async () => {
    const client = await open();
    receiver.reply = () => ({ status: 500 });
    await addUser(client, 'ada@example.com');
    const minute = 60_000;
    const waits = [5000, 5 * minute, 30 * minute, 120 * minute, 300 * minute, 600 * minute, 600 * minute];
    for (const [nth, wait] of waits.entries()) {
      const [delivery] = (await sent(client)).data;
      expect(delivery).toMatchObject({ status: 'waiting', next_attempt_at: expect.any(Number) });
      expect(delivery?.attempts).toHaveLength(nth + 1);
      await advance(client, wait - 1);
      expect(receiver.requests).toHaveLength(nth + 1);
      await advance(client, 1);
      expect(receiver.requests).toHaveLength(nth + 2);
    }
    expect((await sent(client)).data).toMatchObject([{ status: 'failed', next_attempt_at: null }]);
    expect(new Set(receiver.requests.map(({ headers }) => headers['svix-id']))).toHaveProperty('size', 1);

    receiver.reply = () => ({ status: 204 });
    const [failed] = (await sent(client)).data;
    await control(client, 'POST', `/webhooks/${failed?.id}`);
    expect((await sent(client)).data).toMatchObject([{ id: failed?.id, status: 'delivered' }]);
  });

  it('wait for the one before about the same object, and for no other', async () => {
    const client = await open();
    const ada = await addUser(client, 'ada@example.com');
    await sent(client);
    receiver.reset();
    receiver.reply = (request) => ({ status: (bodyOf(request).data as { id: unknown }).id === ada.id ? 503 : 200 });
    await client.patch(`/users/${ada.id}`, { first_name: 'Ada' });
    await client.patch(`/users/${ada.id}`, { last_name: 'Lovelace' });
    await addUser(client, 'bob@example.com');
    expect(await heard(client)).toEqual(['user.updated', 'user.created']);
    receiver.reply = () => ({});
    await advance(client, 5000);
    await sent(client);
    const names = receiver.requests.slice(2).map((request) => (bodyOf(request).data as { last_name: unknown }).last_name);
    expect(names).toEqual([null, 'Lovelace']);
  });

  it('say why nobody took them', async () => {
    const client = await openSandbox({ webhooks: [{ url: 'http://127.0.0.1:1/hook' }] });
    await addUser(client, 'ada@example.com');
    expect((await sent(client)).data[0]?.attempts).toMatchObject([{ status: null, error: expect.any(String) }]);
    expect((await control(client, 'POST', '/webhooks/msg_none')).status).toBe(404);
  });

  it('follow no redirect, and count it as a failure', async () => {
    const client = await open();
    receiver.reply = () => ({ status: 302, headers: { location: `${receiver.origin}/elsewhere` } });
    await addUser(client, 'ada@example.com');
    expect((await sent(client)).data).toMatchObject([{ status: 'waiting', attempts: [{ status: 302 }] }]);
    expect(receiver.requests.map(({ url }) => url)).toEqual(['/hook']);
  });

  it('tell of a user when a part of the user changes, and once where several do', async () => {
    const client = await open();
    const ada = await addUser(client, 'ada@example.com');
    await client.post('/email_addresses', {
      user_id: ada.id,
      email_address: 'countess@example.com',
      verified: true,
      primary: true,
    });
    expect(await heard(client)).toEqual(['user.created', 'user.updated']);
    expect(bodyOf(receiver.requests[1] as RecordedRequest).data).toMatchObject({ email_addresses: [{}, {}] });
  });

  it('tell of memberships that end with a user, and of an organization alone that goes with all it has', async () => {
    const client = await open();
    const ada = await addUser(client, 'ada@example.com');
    const bob = await addUser(client, 'bob@example.com');
    const org = await client.post('/organizations', { name: 'Engines', created_by: ada.id });
    await client.post(`/organizations/${org.body.id}/memberships`, { user_id: bob.id, role: 'org:member' });
    await sent(client);
    receiver.reset();
    await client.delete(`/users/${bob.id}`);
    expect(await heard(client)).toEqual(['user.deleted', 'organizationMembership.deleted']);
    expect(bodyOf(receiver.requests[1] as RecordedRequest).data).toMatchObject({ public_user_data: { user_id: bob.id } });
    receiver.reset();
    await client.delete(`/organizations/${org.body.id}`);
    expect(await heard(client)).toEqual(['organization.deleted']);
  });

  it('are forgotten by a reset, and nothing that only reads is told of', async () => {
    const client = await open();
    await addUser(client, 'ada@example.com');
    await client.get('/users');
    await client.post('/users', { email_address: ['nobody'] });
    expect((await sent(client)).data).toHaveLength(1);
    await control(client, 'POST', '/reset');
    expect((await sent(client)).data).toEqual([]);
  });
});

describe('messages', () => {
  it('hold the code that was sent, and the link of an invitation, unless nobody is to be told', async () => {
    const client = await openSandbox();
    const ada = await addUser(client, 'ada@example.com');
    const [address] = (ada.email_addresses as unknown as Json[]) ?? [];
    await client.post(`/email_addresses/${address?.id}/prepare_verification`);
    const invited = await client.post('/invitations', { email_address: 'bob@example.com' });
    await client.post('/invitations', { email_address: 'eve@example.com', notify: false });
    const { data } = (await control(client, 'GET', '/messages')).body as unknown as { data: Json[] };
    const { code } = (await control(client, 'GET', `/codes/${address?.id}`)).body;
    expect(data).toMatchObject([
      { slug: 'verification_code', to_email_address: 'ada@example.com', user_id: ada.id, data: { otp_code: code } },
      { slug: 'invitation', to_email_address: 'bob@example.com', data: { action_url: invited.body.url } },
    ]);
    expect(data[0]?.subject).toContain(String(code));
  });

  it('tell the former primary address of the new one where the caller wants that', async () => {
    const client = await openSandbox();
    const ada = await addUser(client, 'ada@example.com');
    const add = (email_address: string, notify_primary_email_address_changed: boolean) =>
      client.post('/email_addresses', {
        user_id: ada.id,
        email_address,
        verified: true,
        primary: true,
        notify_primary_email_address_changed,
      });
    await add('b@example.com', false);
    await add('c@example.com', true);
    const { data } = (await control(client, 'GET', '/messages')).body as unknown as { data: Json[] };
    expect(data).toMatchObject([{ slug: 'primary_email_address_changed', to_email_address: 'b@example.com' }]);
    expect(data).toHaveLength(1);
  });
});

describe('the clock', () => {
  it('goes on as far as it is moved: a session runs out, and a code', async () => {
    const client = await openSandbox();
    const ada = await addUser(client, 'ada@example.com');
    const session = await client.post('/sessions', { user_id: ada.id });
    const { body } = await advance(client, 8 * 24 * 60 * 60 * 1000);
    expect(body).toMatchObject({ ahead_ms: 691_200_000, unix_ms: client.clock.now + 691_200_000 });
    expect((await client.get(`/sessions/${session.body.id}`)).body.status).toBe('expired');
    await control(client, 'POST', '/reset');
    expect((await control(client, 'GET', '/clock')).body.ahead_ms).toBe(0);
  });

  it.each([{}, { advance_ms: 0 }, { advance_ms: -1 }, { advance_ms: 1e15 }, { advance_ms: 1, back: true }])(
    'is not moved by %j',
    async (given) => {
      const client = await openSandbox();
      expect((await control(client, 'POST', '/clock', given)).status).toBe(422);
    },
  );
});
