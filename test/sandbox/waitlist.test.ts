import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, idsOf, openSandbox, rowsOf } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

const join = async (email_address: string) => (await client.post('/waitlist_entries', { email_address })).body;
const listed = async (query = '') => rowsOf((await client.get(`/waitlist_entries${query}`)).body);

describe('the waitlist', () => {
  it('has an address once', async () => {
    const first = await join('Ada@Example.com');
    expect(first).toMatchObject({
      object: 'waitlist_entry',
      email_address: 'ada@example.com',
      status: 'pending',
      invitation: null,
    });
    expect(String(first.id)).toMatch(/^wle_\w{27}$/);
    client.clock.now += 1000;
    expect(await join('ada@example.com')).toEqual(first);
    expect((await client.post('/waitlist_entries', { email_address: 'nobody' })).code).toBe('form_param_format_invalid');
  });

  it('takes several at once, or none of them', async () => {
    const held = await join('b@example.com');
    const add = (...emails: string[]) =>
      client.post(
        '/waitlist_entries/bulk',
        emails.map((email_address) => ({ email_address, notify: false })),
      );
    const both = await add('a@example.com', 'B@example.com');
    expect(both.body).toMatchObject([{ email_address: 'a@example.com' }, { id: held.id }]);

    const twice = await add('c@example.com', 'C@example.com');
    expect([twice.status, twice.code, twice.param]).toEqual([422, 'form_param_duplicate', 'email_address']);
    expect((await add('d@example.com', 'nobody')).status).toBe(422);
    const many = Array.from({ length: 51 }, (_, nth) => `${nth}@example.com`);
    expect([(await add(...many)).code, (await add()).status]).toEqual(['bulk_size_exceeded', 422]);
    const strange = await client.post('/waitlist_entries/bulk', [{ email_address: 'e@example.com', colour: 'red' }]);
    expect([strange.code, strange.param]).toEqual(['form_param_unknown', 'colour']);
    expect(await listed()).toHaveLength(2);
  });

  it('is filtered, searched, ordered and paged', async () => {
    const b = await join('b@example.com');
    client.clock.now += 1000;
    const a = await join('a@example.com');
    client.clock.now += 1000;
    await client.post(`/waitlist_entries/${b.id}/invite`);
    const ids = async (query: string) => (await listed(query)).map((row) => row.id);
    expect(await ids('')).toEqual([a.id, b.id]);
    expect(await ids('?order_by=email_address')).toEqual([a.id, b.id]);
    expect(await ids('?order_by=-invited_at')).toEqual([b.id, a.id]);
    expect(await ids('?status=invited')).toEqual([b.id]);
    expect(await ids('?query=A@')).toEqual([a.id]);
    expect(await ids(`?query=${b.id}`)).toEqual([b.id]);
    expect((await client.get('/waitlist_entries?limit=1&offset=1')).body).toMatchObject({ data: [{ id: b.id }], total_count: 2 });
    expect((await client.get('/waitlist_entries?order_by=status')).code).toBe('form_param_value_invalid');
  });
});

describe('who is invited from the waitlist', () => {
  it('has an invitation, and is through once the address is a user’s', async () => {
    const { id } = await join('ada@example.com');
    const { body } = await client.post(`/waitlist_entries/${id}/invite`);
    expect(body).toMatchObject({ id, status: 'invited', invitation: { email_address: 'ada@example.com', status: 'pending' } });
    expect(idsOf((await client.get('/invitations')).body)).toEqual([body.invitation?.id]);

    await addUser(client, 'ada@example.com');
    expect(await listed('?status=completed')).toMatchObject([{ id, status: 'completed' }]);
    for (const act of ['invite', 'reject']) {
      const { status, code } = await client.post(`/waitlist_entries/${id}/${act}`);
      expect([status, code]).toEqual([409, 'waitlist_entry_completed']);
    }
  });

  it('is not invited twice unless that is meant', async () => {
    const { id } = await join('ada@example.com');
    const first = (await client.post(`/waitlist_entries/${id}/invite`)).body;
    const again = await client.post(`/waitlist_entries/${id}/invite`, {});
    expect([again.status, again.code]).toEqual([400, 'duplicate_record']);
    const meant = await client.post(`/waitlist_entries/${id}/invite`, { ignore_existing: true });
    expect(meant.body.invitation?.id).not.toBe(first.invitation?.id);
    for (const { id: invitation } of rowsOf((await client.get('/invitations')).body)) {
      await client.post(`/invitations/${invitation}/revoke`);
    }
    expect((await client.post(`/waitlist_entries/${id}/invite`)).body).toMatchObject({ invitation: { status: 'pending' } });
  });

  it('may have a user already when that is meant, which is no sign-up', async () => {
    await addUser(client, 'ada@example.com');
    const { id } = await join('ada@example.com');
    const refused = await client.post(`/waitlist_entries/${id}/invite`);
    expect([refused.status, refused.code]).toEqual([422, 'form_identifier_exists']);
    expect((await listed())[0]).toMatchObject({ status: 'pending' });
    const invited = await client.post(`/waitlist_entries/${id}/invite`, { ignore_existing: true });
    expect(invited.body).toMatchObject({ status: 'invited' });
  });
});

describe('who is turned down', () => {
  it('stays on the list, and can still be invited', async () => {
    const { id } = await join('ada@example.com');
    const { body } = await client.post(`/waitlist_entries/${id}/reject`);
    expect(body).toMatchObject({ id, status: 'rejected', invitation: null });
    client.clock.now += 1000;
    expect((await client.post(`/waitlist_entries/${id}/reject`)).body).toEqual(body);
    expect(await join('ada@example.com')).toMatchObject({ id, status: 'rejected' });
    const gone = await client.delete(`/waitlist_entries/${id}`);
    expect([gone.status, gone.code]).toEqual([409, 'waitlist_entry_rejected']);
    expect((await client.post(`/waitlist_entries/${id}/invite`)).body).toMatchObject({ status: 'invited' });
  });
});

it('an entry is deleted while it is pending', async () => {
  const { id } = await join('ada@example.com');
  expect((await client.delete(`/waitlist_entries/${id}`)).body).toEqual({ object: 'waitlist_entry', id, deleted: true });
  expect((await client.delete(`/waitlist_entries/${id}`)).status).toBe(404);
  expect((await join('ada@example.com')).id).not.toBe(id);
  expect((await client.post('/waitlist_entries/wle_none/invite')).status).toBe(404);
});

it('a seed makes entries with what became of them', async () => {
  const seed = {
    waitlist: [
      { id: 'wle_1', email_address: 'a@example.com', status: 'completed' as const },
      { email_address: 'b@example.com', status: 'invited' as const },
      { email_address: 'c@example.com' },
    ],
  };
  const { get } = await openSandbox({ seed });
  expect((await get('/waitlist_entries?order_by=email_address')).body).toMatchObject({
    data: [
      { id: 'wle_1', status: 'completed', invitation: { status: 'accepted' } },
      { status: 'invited', invitation: { status: 'pending' } },
      { status: 'pending', invitation: null },
    ],
  });
});
