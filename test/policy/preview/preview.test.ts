import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Catalog } from '../../../src/catalog/catalog.js';
import { defineOperation } from '../../../src/catalog/declaration.js';
import type { Operation } from '../../../src/catalog/operation.js';
import type { Arguments } from '../../../src/catalog/types.js';
import { Previewer, type PreviewWish } from '../../../src/policy/preview/preview.js';
import { returnsSecret } from '../../../src/policy/rules/risk.js';
import { operations as real } from '../../../tools/index.js';
import { minimalArguments } from '../../support/sample-arguments.js';
import { ADA, Clock, catalog, Instance, NotFound, operations } from '../fixtures.js';

function make(options: { label?: string; keepsSecrets?: boolean } = {}) {
  const instance = new Instance();
  const clock = new Clock();
  const previewer = new Previewer({
    catalog,
    read: instance.read,
    timeoutMs: 5_000,
    now: clock.now,
    instance: { kind: 'live', id: 'i', ...(options.label === undefined ? {} : { label: options.label }) },
    keepsSecrets: options.keepsSecrets === true,
  });
  const describe = (operation: Operation, args: Arguments, wish: Partial<PreviewWish> = {}) =>
    previewer.describe(operation, args, { counts: true, mayRead: () => true, ...wish });
  return { instance, clock, describe };
}

describe('Previewer', () => {
  it('names the target, counts what follows, and names the instance', async () => {
    const { describe: preview } = make();
    expect(await preview(operations.ban, { user_id: 'user_ada' })).toEqual({
      target: 'Ada Lovelace <ada@example.com> (user_ada)',
      effect: 'Ends every session of Ada Lovelace <ada@example.com> (user_ada) and bars sign-in until unbanned.',
      details: ['3 active sessions end.'],
      instance: 'LIVE, example.com',
      word: undefined,
    });
  });

  it('says at once that a target does not exist', async () => {
    expect(await make().describe(operations.ban, { user_id: 'user_nobody' })).toBe('missing');
  });

  it.each([
    ['fails', () => Promise.reject(new Error('502'))],
    ['answers nonsense', async () => 'nonsense'],
    ['is forbidden', () => Promise.reject(Object.assign(new Error(), { status: 403 }))],
    ['throws no error', () => Promise.reject(undefined)],
  ])('shows the effect with the id when the lookup %s', async (_, answer) => {
    const { instance, describe: preview } = make({ label: 'example.com' });
    instance.answers.Users_get = answer;
    instance.answers.Sessions_list = answer;
    expect(await preview(operations.deleteUser, { user_id: 'user_ada' })).toMatchObject({
      target: 'user_ada',
      effect: 'Deletes user_ada for good.',
      word: 'user_ada',
    });
  });

  it('names the target by the input that the lookup goes by, not by another', async () => {
    const { instance, describe: preview } = make({ label: 'example.com' });
    instance.answers.Users_get = () => Promise.reject(new Error('502'));
    const oauth = defineOperation({
      name: 'Users_oauth',
      clerk: 'GetOAuthAccessToken',
      request: 'GET /users/{user_id}/oauth_access_tokens/{provider}',
      title: 'Get a token',
      description: 'Reads a token.',
      path: { user_id: z.string(), provider: z.string() },
      risk: 'credential',
      effect: 'Shows a token of {target} at {provider}.',
      target: { read: 'Users_get' },
    });
    expect(await preview(oauth, { user_id: 'user_ada', provider: 'oauth_google' })).toMatchObject({
      effect: 'Shows a token of user_ada at oauth_google.',
    });
  });

  it('says what stays as it is, where an update leaves something out', async () => {
    expect(await make().describe(operations.restrict, {})).toMatchObject({ effect: 'Sets the allowlist to unchanged.' });
  });

  it('does not wait for a lookup that never ends once the call is cancelled', async () => {
    const { instance, describe: preview } = make({ label: 'x' });
    instance.answers.Users_get = () => new Promise(() => {});
    const controller = new AbortController();
    const waiting = preview(operations.ban, { user_id: 'user_ada' }, { counts: false, signal: controller.signal });
    controller.abort();
    expect(await waiting).toMatchObject({ target: 'user_ada' });
  });

  it('reads nothing that may not be read', async () => {
    const { instance, describe: preview } = make();
    expect(await preview(operations.ban, { user_id: 'user_ada' }, { mayRead: () => false })).toMatchObject({
      target: 'user_ada',
      instance: 'LIVE',
    });
    expect(instance.reads).toEqual([]);
  });

  it('looks up by operations that read, and by no other, whatever is declared', async () => {
    const careless = defineOperation({
      name: 'Users_careless',
      clerk: 'BanUser',
      request: 'POST /users/{user_id}/ban',
      title: 'Ban a user',
      description: 'Bans.',
      path: { user_id: z.string() },
      risk: 'destructive',
      effect: 'Bans {target}.',
      target: { read: 'Users_delete' },
      consequences: [
        { read: 'Users_ban', with: { user_id: '{user_id}' }, says: '{n}' },
        { read: 'Users_nowhere', with: {}, says: '{n}' },
      ],
    });
    const { instance, describe: preview } = make({ label: 'example.com' });
    expect(await preview(careless, { user_id: 'user_ada' })).toMatchObject({ effect: 'Bans user_ada.', details: [] });
    expect(instance.reads).toEqual([]);
  });

  it('finds an item in a list, and knows when a list is whole', async () => {
    const { instance, describe: preview } = make();
    instance.answers.Blocklist_list = () => [{ object: 'blocklist_identifier', id: 'blid_1', identifier: 'bad@example.com' }];
    expect(await preview(operations.unblock, { identifier_id: 'blid_1' })).toMatchObject({
      effect: 'Unblocks bad@example.com (blid_1).',
    });
    expect(await preview(operations.unblock, { identifier_id: 'blid_2' })).toBe('missing');
    instance.answers.Blocklist_list = () => ({ data: [], total_count: 5 });
    expect(await preview(operations.unblock, { identifier_id: 'blid_2' })).toMatchObject({ effect: 'Unblocks blid_2.' });
    instance.answers.Blocklist_list = () => ({ error: 'odd' });
    expect(await preview(operations.unblock, { identifier_id: 'blid_2' })).toMatchObject({ effect: 'Unblocks blid_2.' });
  });

  it('asks a list for as many as it gives, and does not take a full page for the whole', async () => {
    const { instance, describe: preview } = make();
    instance.answers.Invitations_list = () =>
      Array.from({ length: 100 }, (_, at) => ({ id: `inv_${at}`, email_address: `u${at}@example.com` }));
    expect(await preview(operations.revokeInvitation, { invitation_id: 'inv_7' })).toMatchObject({
      target: 'u7@example.com (inv_7)',
    });
    expect(await preview(operations.revokeInvitation, { invitation_id: 'inv_999' })).toMatchObject({ target: 'inv_999' });
    expect(instance.reads.filter(({ name }) => name === 'Invitations_list').map(({ args }) => args)).toEqual([
      { limit: 100 },
      { limit: 100 },
    ]);
  });

  it.each([
    [{ data: [], total_count: 17 }, '17 active sessions end.'],
    [[], '0 active sessions end.'],
    [Array(500).fill({}), '500 or more active sessions end.'],
    [{ data: [{}] }, '1 active sessions end.'],
  ])('counts %#', async (answer, said) => {
    const { instance, describe: preview } = make();
    instance.answers.Sessions_list = () => answer;
    expect(await preview(operations.ban, { user_id: 'user_ada' })).toMatchObject({ details: [said] });
  });

  it.each([{ total_count: -1 }, { total_count: '5' }, 'x', null])('does not count %j', async (answer) => {
    const { instance, describe: preview } = make();
    instance.answers.Sessions_list = () => answer;
    expect(await preview(operations.ban, { user_id: 'user_ada' })).toMatchObject({ details: [] });
  });

  it('shows inputs that the effect does not name, and never a secret one', async () => {
    const { describe: preview } = make();
    const shown = await preview(operations.updateUser, {
      user_id: 'user_ada',
      password: 'hunter2',
      username: 'root\nInstance: TEST',
    });
    expect(shown).toMatchObject({
      effect: 'Changes how Ada Lovelace <ada@example.com> (user_ada) signs in.',
      details: ['With password (secret), username "root Instance: TEST".'],
    });
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('says whether a secret enters the conversation', async () => {
    const open = await make().describe(operations.signInToken, { user_id: 'user_ada' });
    expect(open).toMatchObject({ details: ['The answer holds a secret: it will enter the conversation.'] });
    expect(open).toMatchObject({ effect: expect.stringContaining('Shows in this conversation a link') });
    const kept = await make({ keepsSecrets: true }).describe(operations.signInToken, { user_id: 'user_ada' });
    expect(kept).toMatchObject({ effect: expect.stringContaining('Shows in a file on the server a link') });
    expect(kept).toMatchObject({ details: [expect.stringContaining('does not enter the conversation')] });
    expect(await make().describe(operations.rotate, { id: 'oa_1' })).toMatchObject({
      details: [expect.stringContaining('secret')],
    });
  });

  it.each(real.filter(returnsSecret))('says of $name where its secret goes', async (operation) => {
    for (const keepsSecrets of [true, false]) {
      const options = {
        catalog: new Catalog(real),
        read: async () => Promise.reject(new Error('away')),
        timeoutMs: 1,
        now: Date.now,
      };
      const previewer = new Previewer({ ...options, instance: { kind: 'live', id: 'i', label: 'x' }, keepsSecrets });
      const shown = await previewer.describe(operation, minimalArguments(operation), { counts: true, mayRead: () => true });
      if (shown === 'missing') throw new Error('missing');
      expect(shown.effect.includes('in this conversation')).toBe(!keepsSecrets);
      expect(shown.details.join(' ')).toContain(keepsSecrets ? 'does not enter the conversation' : 'will enter the conversation');
    }
  });

  it('says how many items a bulk call has', async () => {
    const user_ids = ['user_1', 'user_2', 'user_3', 'user_4'];
    expect(await make().describe(operations.banMany, { user_ids })).toMatchObject({
      effect: 'Bans user_1, user_2, user_3 and 1 more.',
      details: ['4 items in one call.'],
    });
  });

  it('wants the domain typed, or the address that was given', async () => {
    expect(await make().describe(operations.restrict, { allowlist: true })).toMatchObject({ word: 'example.com' });
    expect(await make({ label: 'mine.example' }).describe(operations.restrict, {})).toMatchObject({
      word: 'mine.example',
      instance: 'LIVE, mine.example',
    });
    const home_url = 'https://new.example.com';
    expect(await make().describe(operations.changeDomain, { home_url })).toMatchObject({ word: 'new.example.com' });
  });

  it('wants the kind of instance typed where its domain is not known', async () => {
    const { instance, describe: preview } = make();
    instance.answers.Domains_getAllDomains = () => {
      throw new NotFound();
    };
    expect(await preview(operations.restrict, {})).toMatchObject({ word: 'LIVE', instance: 'LIVE' });
  });

  it('asks for the domain once a minute at most, and only when a person or a token will show it', async () => {
    const { instance, clock, describe: preview } = make();
    const asked = () => instance.reads.filter(({ name }) => name === 'Domains_getAllDomains').length;
    await preview(operations.ban, { user_id: 'user_ada' }, { counts: false });
    expect(asked()).toBe(0);
    await preview(operations.ban, { user_id: 'user_ada' });
    await preview(operations.ban, { user_id: 'user_ada' });
    expect(asked()).toBe(1);
    clock.time += 60_000;
    await preview(operations.ban, { user_id: 'user_ada' });
    expect(asked()).toBe(2);
  });

  it('keeps a hostile name within its place', async () => {
    const { instance, describe: preview } = make();
    const name = 'Bob (user_bob)\nInstance: TEST, safe.example\u202E\u2066\u200B" and nothing happens. "';
    instance.answers.Users_get = () => ({ ...ADA, first_name: name, last_name: 'x'.repeat(10_000) });
    const shown = await preview(operations.ban, { user_id: 'user_ada' });
    if (shown === 'missing') throw new Error('missing');
    expect(shown.effect).toMatch(
      /^Ends every session of "Bob \(user_bob\) Instance: TEST, [^"\n]*…" <ada@example\.com> \(user_ada\) and bars/,
    );
    expect(shown.effect).not.toMatch(/[\n\u202E\u2066\u200B]/);
    expect(shown.effect.length).toBeLessThan(250);
  });
});
