import { describe, expect, it } from 'vitest';
import { coverSecrets, withheld } from '../../../src/policy/secrets/answer-secrets.js';
import { operations } from '../../../tools/index.js';

const named = (name: string) => {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
};
const cover = (answer: unknown, name: string, handsOut = false) =>
  coverSecrets(answer, named(name), { mark: handsOut ? () => '[in secret_file]' : withheld, handsOut });

const TICKET = 'https://x.example/v1/tickets/accept?ticket=eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln';
const invitation = { object: 'invitation', id: 'inv_1', url: TICKET, public_metadata: { url: TICKET } };
const MARK = '[secret link: Invitations_listAllNonRevoked with fields:["url"] shows it once confirmed]';

describe('an answer that was not confirmed', () => {
  it.each([
    ['by itself', invitation, { ...invitation, url: MARK }],
    ['in an array', [invitation], [{ ...invitation, url: MARK }]],
    ['in a page', { data: [invitation], total_count: 1 }, { data: [{ ...invitation, url: MARK }], total_count: 1 }],
    ['in a page without a count', { data: [invitation] }, { data: [{ ...invitation, url: MARK }] }],
    [
      'beside something new',
      { object: 'new', of: { it: [invitation] } },
      { object: 'new', of: { it: [{ ...invitation, url: MARK }] } },
    ],
  ])('says how to get a secret that stands %s, and leaves what owners wrote', (_, answer, shown) => {
    expect(cover(answer, 'Invitations_listAllNonRevoked')).toMatchObject({ value: shown, hidden: 1 });
  });

  it('says so of a secret within another resource', () => {
    const entry = { object: 'waitlist_entry', id: 'w_1', invitation };
    expect(cover(entry, 'WaitlistEntries_inviteEntry').value).toEqual({ ...entry, invitation: { ...invitation, url: MARK } });
  });

  it('says so of each of a list of secrets', () => {
    const mark = '[secret code: PhoneNumbers_getDetails with fields:["backup_codes"] shows them once confirmed]';
    const phone = { object: 'phone_number', id: 'idn_1', backup_codes: ['a', 'b'] };
    const user = { object: 'user', id: 'user_1', phone_numbers: [phone] };
    expect(cover(user, 'Users_getUserDetails').value).toEqual({
      ...user,
      phone_numbers: [{ ...phone, backup_codes: [mark, mark] }],
    });
  });

  it.each([
    [
      'under a name that sounds like one',
      { client_secret: 'x', nested: [{ api_key: 'y' }] },
      { client_secret: '[secret]', nested: [{ api_key: '[secret]' }] },
    ],
    ['in an address', { next: TICKET }, { next: '[secret]' }],
    ['as a token', { note: 'x eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln' }, { note: '[secret]' }],
  ])('has none that nothing declares: %s', (_, more, shown) => {
    const user = { object: 'user', id: 'user_1' };
    expect(cover({ ...user, ...more }, 'Users_getUserDetails').value).toEqual({ ...user, ...shown });
  });

  it('is the very same where nothing is secret in it', () => {
    const answers = [
      [
        { object: 'oauth_application', authorize_url: 'https://x.example/oauth/authorize', client_secret: '' },
        'OAuthApplications_getById',
      ],
      [{ object: 'redirect_url', id: 'ru_1', url: 'https://x.example/callback' }, 'RedirectUrLs_getById'],
      [
        { data: [{ object: 'user', id: 'user_1', password_enabled: true, private_metadata: { token: 'x' } }], total_count: 1 },
        'Users_listSortedByCreationDate',
      ],
      [{ object: 'organization_invitation', url: null }, 'OrganizationInvitations_getById'],
      [{ object: 'total_count', total_count: 3 }, 'Users_getTotalCount'],
      [undefined, 'InstanceSettings_updateInstanceSettings'],
    ] as const;
    for (const [answer, name] of answers) expect(cover(answer, name)).toEqual({ value: answer, hidden: 0, known: true });
    for (const [answer, name] of answers) expect(cover(answer, name).value).toBe(answer);
  });

  it('is hidden where it nests too deeply to be judged', () => {
    let value: unknown = 'who knows';
    for (let at = 0; at < 50; at++) value = { value };
    expect(JSON.stringify(cover(value, 'Users_getUserDetails').value)).not.toContain('who knows');
  });
});

describe('an answer that hands out a secret', () => {
  it('has that taken out, and nothing that is declared otherwise', () => {
    const application = {
      object: 'oauth_application',
      authorize_url: 'https://x.example/oauth/authorize',
      token_fetch_url: 'https://x.example/oauth/token',
      client_secret: 'very secret',
    };
    expect(cover(application, 'OAuthApplications_rotateSecret', true)).toEqual({
      value: { ...application, client_secret: '[in secret_file]' },
      hidden: 1,
      known: true,
    });
  });

  it('has every address taken out that nothing declares', () => {
    const token = { object: 'sign_in_token', token: 'a', url: 'https://x.example', new_url: 'https://y.example' };
    expect(cover(token, 'SigninTokens_createToken', true).value).toMatchObject({ new_url: '[in secret_file]' });
    expect(cover(token, 'SigninTokens_revokeToken').value).toMatchObject({ new_url: 'https://y.example' });
  });
});

it('each mark names a call that hands the secret out, and is confirmed', async () => {
  const { knownAnswers } = await import('../../../src/catalog/known-answers.js');
  const { consequencesOf } = await import('../../../src/policy/rules/risk.js');
  const secrets = knownAnswers().objects.flatMap((object) =>
    Object.entries(object).flatMap(([key, held]) => (typeof held === 'object' ? [{ key, ...held }] : [])),
  );
  const without = secrets.filter(({ from }) => from === undefined).map(({ key }) => key);
  expect([...new Set(without)].sort()).toEqual(['d', 'dp', 'dq', 'external_verification_redirect_url', 'k', 'p', 'q', 'qi']);
  for (const { key, from } of secrets) {
    if (from === undefined) continue;
    const operation = named(from.split(' ', 1)[0] ?? '');
    const args = from.includes('with fields:') ? { fields: [key] } : {};
    if (args.fields !== undefined) expect(from).toContain(`fields:["${key}"]`);
    expect([from, consequencesOf(operation, args).risks]).toEqual([from, expect.arrayContaining(['credential'])]);
  }
});
