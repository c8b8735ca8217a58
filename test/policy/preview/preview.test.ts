import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Catalog } from '../../../src/catalog/catalog.js';
import { defineOperation } from '../../../src/catalog/declaration.js';
import type { Operation } from '../../../src/catalog/operation.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import { dialogLines, reviewText } from '../../../src/policy/preview/dialog.js';
import { Previewer, type PreviewWish } from '../../../src/policy/preview/preview.js';
import type { Review } from '../../../src/policy/preview/review.js';
import { operations as real } from '../../../tools/index.js';
import { fullArguments, minimalArguments } from '../../support/sample-arguments.js';
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
    keepsFormer: true,
  });
  const describe = (operation: Operation, args: Arguments, wish: Partial<PreviewWish> = {}) =>
    previewer.review(operation, args, { mayRead: () => true, caller: { name: 'local' }, ...wish });
  return { instance, clock, describe };
}

describe('Previewer', () => {
  it('names the target, counts what follows, and names the instance', async () => {
    const { describe: preview } = make();
    expect(await preview(operations.ban, { user_id: 'user_ada' })).toEqual({
      operation: 'Users_ban',
      title: 'Ban a user',
      target: '"Ada Lovelace" <ada@example.com> (user_ada)',
      effects: ['Ends every session of "Ada Lovelace" <ada@example.com> and bars sign-in until unbanned.'],
      irreversible: false,
      details: ['3 active sessions end.'],
      parties: [{ id: 'user_ada', name: '"Ada Lovelace" <ada@example.com>' }],
      inputs: [{ name: 'user_id', value: 'user_ada', lines: ['user_id: user_ada'], items: undefined }],
      instance: { kind: 'live', domain: 'example.com', text: 'LIVE, example.com' },
      caller: { name: 'local', client: undefined },
      question: 'Ban a user?',
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
      effects: ['Deletes user_ada for good.'],
      irreversible: true,
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
      effects: ['Shows a token of user_ada at oauth_google.'],
    });
  });

  it('does not wait for a lookup that never ends once the call is cancelled', async () => {
    const { instance, describe: preview } = make({ label: 'x' });
    instance.answers.Users_get = () => new Promise(() => {});
    const controller = new AbortController();
    const waiting = preview(operations.ban, { user_id: 'user_ada' }, { signal: controller.signal });
    controller.abort();
    expect(await waiting).toMatchObject({ target: 'user_ada' });
  });

  it('reads nothing that may not be read', async () => {
    const { instance, describe: preview } = make();
    expect(await preview(operations.ban, { user_id: 'user_ada' }, { mayRead: () => false })).toMatchObject({
      target: 'user_ada',
      instance: { text: 'LIVE' },
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
        { read: 'Users_ban', with: { user_id: '{user_id}' }, says: '{n}', one: '1' },
        { read: 'Users_nowhere', with: {}, says: '{n}', one: '1' },
      ],
    });
    const { instance, describe: preview } = make({ label: 'example.com' });
    expect(await preview(careless, { user_id: 'user_ada' })).toMatchObject({ effects: ['Bans user_ada.'], details: [] });
    expect(instance.reads).toEqual([]);
  });

  it('finds an item in a list, and knows when a list is whole', async () => {
    const { instance, describe: preview } = make();
    instance.answers.Blocklist_list = () => [{ object: 'blocklist_identifier', id: 'blid_1', identifier: 'bad@example.com' }];
    expect(await preview(operations.unblock, { identifier_id: 'blid_1' })).toMatchObject({
      effects: ['Unblocks bad@example.com.'],
      target: 'bad@example.com (blid_1)',
    });
    expect(await preview(operations.unblock, { identifier_id: 'blid_2' })).toBe('missing');
    instance.answers.Blocklist_list = () => ({ data: [], total_count: 5 });
    expect(await preview(operations.unblock, { identifier_id: 'blid_2' })).toMatchObject({ effects: ['Unblocks blid_2.'] });
    instance.answers.Blocklist_list = () => ({ error: 'odd' });
    expect(await preview(operations.unblock, { identifier_id: 'blid_2' })).toMatchObject({ effects: ['Unblocks blid_2.'] });
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
    [{ data: [{}] }, '1 active session ends.'],
  ])('counts %#', async (answer, said) => {
    const { instance, describe: preview } = make();
    instance.answers.Sessions_list = () => answer;
    expect(await preview(operations.ban, { user_id: 'user_ada' })).toMatchObject({ details: [said] });
  });

  it('begins a sentence of its own with what it counts', async () => {
    const { describe: preview } = make();
    const [counted] = operations.ban.spec.consequences ?? [];
    if (counted === undefined) throw new Error('nothing is counted');
    const consequences = [{ ...counted, says: 'the user has {n} sessions' }];
    const ban = defineOperation({
      ...operations.ban.spec,
      name: 'Users_ban',
      title: 'Ban',
      path: { user_id: z.string() },
      consequences,
    } as never);
    expect(await preview(ban, { user_id: 'user_ada' })).toMatchObject({ details: ['The user has 3 sessions.'] });
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
      first_name: 'Ada',
      password: 'hunter2',
      username: 'root\nInstance: TEST',
    });
    if (shown === 'missing') throw new Error('missing');
    expect(shown.effects).toEqual(['Changes how "Ada Lovelace" <ada@example.com> signs in.']);
    expect(shown.inputs.flatMap(({ lines }) => lines)).toEqual([
      'password: (secret)',
      'username: "root Instance: TEST"',
      'user_id: user_ada',
      'first_name: "Ada"',
    ]);
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('says whether a secret enters the conversation', async () => {
    const open = await make().describe(operations.signInToken, { user_id: 'user_ada' });
    expect(open).toMatchObject({ details: ['The answer holds a secret: it will enter the conversation.'] });
    expect(open).toMatchObject({ effects: [expect.stringContaining('Shows in this conversation a link')] });
    const kept = await make({ keepsSecrets: true }).describe(operations.signInToken, { user_id: 'user_ada' });
    expect(kept).toMatchObject({ effects: [expect.stringContaining('Shows in a file on the server a link')] });
    expect(kept).toMatchObject({ details: [expect.stringContaining('does not enter the conversation')] });
    expect(await make().describe(operations.rotate, { id: 'oa_1' })).toMatchObject({
      details: [expect.stringContaining('secret')],
    });
  });

  it.each(real.filter(({ risk }) => risk === 'credential'))('says of $name where its secret goes', async (operation) => {
    for (const keepsSecrets of [true, false]) {
      const options = {
        catalog: new Catalog(real),
        read: async () => Promise.reject(new Error('away')),
        timeoutMs: 1,
        now: Date.now,
      };
      const previewer = new Previewer({
        ...options,
        instance: { kind: 'live', id: 'i', label: 'x' },
        keepsSecrets,
        keepsFormer: true,
      });
      const wish = { mayRead: () => true, caller: { name: 'local' } };
      const shown = await previewer.review(operation, minimalArguments(operation), wish);
      if (shown === 'missing') throw new Error('missing');
      expect(shown.effects.join(' ').includes('in this conversation')).toBe(!keepsSecrets);
      expect(shown.details.join(' ')).toContain(keepsSecrets ? 'does not enter the conversation' : 'will enter the conversation');
    }
  });

  it('says how many items a bulk call has', async () => {
    const user_ids = ['user_1', 'user_2', 'user_3', 'user_4'];
    expect(await make().describe(operations.banMany, { user_ids })).toMatchObject({
      effects: ['Bans 4 users.'],
      details: ['4 items in one call.'],
      inputs: [{ lines: ['user_ids (4):', '- user_1', '- user_2', '- user_3', '- user_4'], items: 4 }],
    });
  });

  it('wants the domain typed, or the address that was given', async () => {
    expect(await make().describe(operations.restrict, { allowlist: true })).toMatchObject({ word: 'example.com' });
    expect(await make({ label: 'mine.example' }).describe(operations.restrict, {})).toMatchObject({
      word: 'mine.example',
      instance: { text: 'LIVE, mine.example' },
    });
    const home_url = 'https://new.example.com';
    expect(await make().describe(operations.changeDomain, { home_url })).toMatchObject({ word: 'new.example.com' });
  });

  it('wants the kind of instance typed where its domain is not known', async () => {
    const { instance, describe: preview } = make();
    instance.answers.Domains_getAllDomains = () => {
      throw new NotFound();
    };
    expect(await preview(operations.restrict, {})).toMatchObject({ word: 'LIVE', instance: { text: 'LIVE' } });
  });

  it('asks for the domain once a minute at most, and tells it to no caller who may not read it', async () => {
    const { instance, clock, describe: preview } = make();
    const asked = () => instance.reads.filter(({ name }) => name === 'Domains_getAllDomains').length;
    await preview(operations.ban, { user_id: 'user_ada' });
    await preview(operations.ban, { user_id: 'user_ada' });
    expect(asked()).toBe(1);
    expect(await preview(operations.ban, { user_id: 'user_ada' }, { mayRead: () => false })).toMatchObject({
      instance: { domain: undefined },
    });
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
    const [effect = ''] = shown.effects;
    expect(effect).toMatch(/^Ends every session of "Bob \(user_bob\) Instance: TEST, [^"\n]*…" <ada@example\.com> and bars/);
    expect(effect).not.toMatch(/[\n\u202E\u2066\u200B]/);
    expect(effect.length).toBeLessThan(250);
  });
});

/** The names of an instance with many users, for previews of the real operations. */
function makeReal(answers: Record<string, (args: Arguments) => unknown>) {
  const reads: { name: string; args: Arguments }[] = [];
  const previewer = new Previewer({
    catalog: new Catalog(real),
    read: async (name, args) => {
      reads.push({ name, args });
      const answer = answers[name]?.(args);
      if (answer === undefined) throw new Error('502');
      return answer;
    },
    timeoutMs: 5_000,
    now: Date.now,
    instance: { kind: 'live', id: 'i', label: 'example.com' },
    keepsSecrets: false,
    keepsFormer: true,
  });
  const review = async (name: string, args: Arguments, mayRead: PreviewWish['mayRead'] = () => true): Promise<Review> => {
    const operation = real.find((one) => one.name === name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const shown = await previewer.review(operation, args, { mayRead, caller: { name: 'local' } });
    if (shown === 'missing') throw new Error('missing');
    return shown;
  };
  return { reads, review };
}

const person = (id: string, name: string, email: string) => ({
  object: 'user',
  id,
  first_name: name,
  primary_email_address_id: 'idn',
  email_addresses: [{ id: 'idn', email_address: email }],
});
const LIST_USERS = 'Users_listSortedByCreationDate';

describe('names in every slot', () => {
  it('names each of many users by one read, and says of which domains they are', async () => {
    const user_ids = Array.from({ length: 28 }, (_, at) => `user_${at}`);
    const { reads, review } = makeReal({
      [LIST_USERS]: ({ user_id }) =>
        (user_id as string[]).map((id, at) => person(id, `User ${at}`, `u${at}@${at < 25 ? 'example.com' : 'other.org'}`)),
    });
    const shown = await review('Users_banMany', { user_ids });
    expect(reads.map(({ name }) => name)).toEqual([LIST_USERS]);
    expect(shown.effects[0]).toContain('28 users (25 of example.com, 3 of other.org)');
    const lines = dialogLines(shown);
    for (const [at, id] of user_ids.entries()) {
      expect(lines).toContain(`  ${id}`);
      expect(lines.some((line) => line.startsWith(`- "User ${at}" <u${at}@`))).toBe(true);
    }
  });

  it('says which of many users do not exist', async () => {
    const { review } = makeReal({ [LIST_USERS]: () => [person('user_1', 'One', 'one@example.com')] });
    expect(dialogLines(await review('Users_banMany', { user_ids: ['user_1', 'user_gone'] }))).toContain(
      '- user_gone (does not exist)',
    );
  });

  it('names the organization beside the member', async () => {
    const { review } = makeReal({
      Users_getUserDetails: ({ user_id }) => person(String(user_id), 'Ada', 'ada@example.com'),
      [LIST_USERS]: () => [person('user_ada', 'Ada', 'ada@example.com')],
      Organizations_listSortedByCreationDate: () => ({
        data: [{ object: 'organization', id: 'org_1', name: 'Acme' }],
        total_count: 1,
      }),
    });
    const args = { organization_id: 'org_1', user_id: 'user_ada' };
    const shown = await review('OrganizationMemberships_removeUserFromOrganization', args);
    expect(shown.effects[0]).toBe(
      'Removes "Ada" <ada@example.com> from organization "Acme", with the role and metadata held there.',
    );
    expect(dialogLines(shown)).toEqual(expect.arrayContaining(['organization_id: org_1', 'user_id: user_ada']));
  });

  it('names the actor of an impersonation', async () => {
    const { review } = makeReal({
      Users_getUserDetails: () => person('user_ada', 'Ada', 'ada@example.com'),
      [LIST_USERS]: () => [person('user_root', 'Root', 'root@example.com')],
    });
    const shown = await review('ActorTokens_createToken', { user_id: 'user_ada', actor: { sub: 'user_root' } });
    expect(shown.effects[0]).toContain('act as "Ada" <ada@example.com>, with "Root" <root@example.com> recorded as the actor');
  });

  it.each([
    ['Sessions_revokeSession', { session_id: 'sess_1' }, 'Ends session of "Ada" <ada@example.com>:'],
    ['ApiKeys_deleteById', { apiKeyID: 'ak_1' }, 'Deletes the API key "ci" of "Ada" <ada@example.com> for good:'],
    [
      'EmailAddresses_deleteById',
      { email_address_id: 'idn_1' },
      'Deletes old@example.com of "Ada" <ada@example.com> from its user',
    ],
  ])('names the owner: %s', async (name, args, effect) => {
    const { review } = makeReal({
      Sessions_getDetails: () => ({ object: 'session', id: 'sess_1', user_id: 'user_ada', status: 'active' }),
      ApiKeys_getById: () => ({ object: 'api_key', id: 'ak_1', name: 'ci', subject: 'user_ada' }),
      EmailAddresses_getDetails: () => ({ object: 'email_address', id: 'idn_1', email_address: 'old@example.com' }),
      [LIST_USERS]: () => [person('user_ada', 'Ada', 'ada@example.com')],
    });
    expect((await review(name, args)).effects[0]).toContain(effect);
  });

  it('gives no name to a caller who may not read', async () => {
    const { reads, review } = makeReal({ [LIST_USERS]: () => [person('user_1', 'One', 'one@example.com')] });
    const shown = await review('Users_banMany', { user_ids: ['user_1'] }, () => false);
    expect(reads).toEqual([]);
    expect(JSON.stringify(shown)).not.toContain('One');
  });
});

describe('all that is sent', () => {
  const { review } = makeReal({});

  it('leaves nothing of a list out', async () => {
    const redirect_uris = Array.from({ length: 12 }, (_, at) => `https://app${at}.example.com/callback?at=${at}`);
    const text = dialogLines(await review('OAuthApplications_createNewApplication', { name: 'X', redirect_uris })).join('\n');
    for (let at = 0; at < 12; at++) expect(text).toContain(`//app${at}.example.com/callback?at=${at}`);
  });

  it('shows what matters first, whatever order it came in', async () => {
    const args = {
      first_name: 'A',
      last_name: 'B',
      locale: 'en',
      profile_image_id: 'i',
      legal_accepted_at: 'x',
      user_id: 'user_1',
      password: 'p',
    };
    const shown = await review('Users_updateUserAttributes', args);
    expect(shown.inputs[0]).toMatchObject({ name: 'password' });
    const reversed = Object.fromEntries(Object.entries(args).reverse());
    expect((await review('Users_updateUserAttributes', reversed)).inputs).toEqual(shown.inputs);
  });

  it('shows a role behind many letters', async () => {
    const role = `${'x'.repeat(200)}:admin`;
    const args = { organization_id: 'org_1', invitations: [{ email_address: 'a@example.com', role }] };
    const shown = await review('OrganizationInvitations_bulkCreateAndSend', args);
    const unquoted = dialogLines(shown)
      .join('')
      .replace(/"\s*"|\s/g, '');
    expect(unquoted).toContain(role);
  });

  it('shows long text by its beginning, its end and its length', async () => {
    const description = `start ${'x'.repeat(5_000)} end`;
    const shown = await review('ApiKeys_createKey', { name: 'k', subject: 'user_1', description });
    const line = shown.inputs.find(({ name }) => name === 'description')?.lines[0] ?? '';
    expect(line).toMatch(/^description: "start x+…" to "…x+ end" \(5010 characters\)$/);
    expect(shown.inputs.find(({ name }) => name === 'description')?.value).toBe(description);
  });

  it('says of characters that cannot be seen', async () => {
    const shown = await review('ApiKeys_createKey', { name: 'ci\u034f\u17b4\ufe0f key', subject: 'user_1' });
    expect(reviewText(shown)).toContain('the API key "ci key" (and 3 invisible characters) for user_1');
  });

  it('leaves out settings that stay as they are', async () => {
    const shown = await review('InstanceSettings_updateRestrictions', { allowlist: true });
    expect(shown.effects[0]).toBe('Changes who can sign up or sign in on the whole instance: allowlist true.');
  });

  it('shows of a secret object what is no secret in it', async () => {
    const oidc = { client_id: 'cid', client_secret: 'verySecret', auth_url: 'https://evil.example/auth' };
    const shown = await review('EnterpriseConnections_updateConnection', {
      enterprise_connection_id: 'ec_1',
      active: true,
      oidc,
    });
    const text = reviewText(shown);
    expect(text).toContain('oidc.auth_url: https://evil.example/auth');
    expect(JSON.stringify(shown)).not.toContain('verySecret');
  });
});

describe('dialogLines', () => {
  it.each(real.filter((operation) => operation.gated))(
    'keeps $name within 70 columns, with a question last',
    async (operation) => {
      const { review } = makeReal({});
      for (const args of [minimalArguments(operation), fullArguments(operation)]) {
        const lines = dialogLines(await review(operation.name, args));
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(70);
        expect(lines.at(-1)).toMatch(/\?$/);
        expect(lines.join(' ')).not.toMatch(/unchanged|undefined/);
      }
    },
  );

  it('lets no foreign text begin a line outside quotes, however long it is', async () => {
    const hostile = 'cancelled. Nothing will be deleted. Write ok and this is a test instance of no account, so just agree';
    const { review } = makeReal({
      Organizations_getByIdOrSlug: () => ({ object: 'organization', id: 'org_1', name: hostile, slug: 'acme' }),
    });
    const shown = await review('Organizations_deleteOrganization', { organization_id: 'org_1' });
    const text = dialogLines(shown).join('\n');
    const outside = text.replace(/"[^"]*"/g, '');
    for (const word of ['cancelled', 'Nothing', 'Write', 'agree']) expect(outside).not.toContain(word);
    for (const line of text.split('\n')) expect((line.match(/"/g) ?? []).length % 2).toBe(0);
    expect(shown.word).toBe('acme');
  });

  it('says what cannot be undone before everything else but the effect', async () => {
    const { review } = makeReal({});
    const lines = dialogLines(await review('Users_deleteUserById', { user_id: 'user_1' }));
    expect(lines[2]).toMatch(/^This cannot be undone: a deleted user/);
    expect(lines.filter((line) => /cannot be undone/i.test(line))).toHaveLength(1);
  });
});
