import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/response/token-count.js';
import type { Answer } from '../support/elicitation.js';
import { type ProgramClient, startProgram, type ToolResult } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const USERS = 'Users_listSortedByCreationDate';
const MEMBERS = 'OrganizationMemberships_getAllMembers';

const user = (nth: number): object => ({
  id: `user_${nth}`,
  first_name: `First${nth}`,
  email_addresses: [`u${nth}@example.com`],
});

/** 30 users; Acme has an admin and 25 members, Beta an admin and room for 18 more. */
const SEED = {
  users: Array.from({ length: 30 }, (_, nth) => user(nth)),
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      max_allowed_memberships: 100,
      members: [
        { user: 'user_26', role: 'org:admin' },
        ...Array.from({ length: 25 }, (_, nth) => ({ user: `user_${nth}`, role: 'org:member' })),
      ],
    },
    { id: 'org_beta', name: 'Beta', max_allowed_memberships: 19, members: [{ user: 'user_27', role: 'org:admin' }] },
    { id: 'org_gamma', name: 'Gamma', max_allowed_memberships: 0, members: [{ user: 'user_27', role: 'org:admin' }] },
  ],
};

const moveTo = (organization_id: string): object[] => [
  { name: 'members', tool: MEMBERS, arguments: { organization_id: 'org_acme', role: ['org:member'] } },
  {
    name: 'add',
    tool: 'OrganizationMemberships_addUserToOrganization',
    for_each: '$steps.members',
    arguments: { organization_id, user_id: '$.public_user_data.user_id', role: '$.role' },
  },
  {
    name: 'remove',
    tool: 'OrganizationMemberships_removeUserFromOrganization',
    for_each: '$steps.members',
    arguments: { organization_id: 'org_acme', user_id: '$.public_user_data.user_id' },
  },
];

interface PlanAnswer {
  readonly plan: string;
  readonly warnings?: readonly string[];
  readonly [key: string]: unknown;
}

const planned = (result: ToolResult): PlanAnswer => {
  expect(result.isError, result.text).toBe(false);
  expect(estimateTokens(result.text)).toBeLessThan(600);
  return result.json as PlanAnswer;
};

const rows = ({ json }: ToolResult): Record<string, unknown>[] => {
  const list = Array.isArray(json) ? json : (json as { data: unknown[] }).data;
  return list as Record<string, unknown>[];
};

async function startSeeded(options: { args?: string[]; person?: (question: { message: string }) => Answer; seed?: object } = {}) {
  const seed = await scratchFile(await scratchDirectory(), options.seed ?? SEED);
  return startProgram('v2 (2025)', {
    args: ['--sandbox', '--seed', seed, ...(options.args ?? [])],
    ...(options.person && { person: options.person }),
  });
}

describe('in a client that cannot ask', () => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startSeeded();
  });
  afterAll(() => client.close());

  const bannedUsers = async (): Promise<unknown[]> => rows(await client.call(USERS, { banned: true, limit: 100 }));

  it('changes nothing until it is applied, bans all at once, and is taken back', async () => {
    const steps = [
      { name: 'users', tool: USERS, arguments: { limit: 4 } },
      { name: 'ban', tool: 'Users_markBanned', for_each: '$steps.users', arguments: { user_id: '$.id' } },
    ];
    const { plan, ...told } = planned(await client.call('Jobs_planChanges', { steps }));
    expect(told).toMatchObject({ calls: 4, by_operation: { Users_markBanned: 4 }, risks: { destructive: 4 } });
    expect(await bannedUsers()).toEqual([]);

    const unconfirmed = await client.call('Jobs_applyPlan', { plan });
    expect(unconfirmed.json).toMatchObject({
      error: 'confirmation_required',
      effect: expect.stringContaining('4 changes in all'),
    });
    expect(await bannedUsers()).toEqual([]);

    const applied = await client.call('Jobs_applyPlan', { plan, confirm: true });
    expect(applied.json).toMatchObject({ state: 'finished', done: 4, of: 4 });
    expect(await bannedUsers()).toHaveLength(4);
    expect((await client.call('Jobs_applyPlan', { plan })).json).toMatchObject({ state: 'finished', done: 4 });

    const undo = planned(await client.call('Jobs_undoChanges', { plan }));
    expect(undo).toMatchObject({ calls: 4, by_operation: { Users_removeBanFromUser: 4 } });
    expect((await client.call('Jobs_applyPlan', { plan: undo.plan, confirm: true })).json).toMatchObject({ done: 4 });
    expect(await bannedUsers()).toEqual([]);
  });

  it('warns of the member for whom an organization has no room, and of the last admin who is banned', async () => {
    const full = planned(await client.call('Jobs_planChanges', { steps: moveTo('org_beta') }));
    expect(full).toMatchObject({ calls: 50 });
    expect(full.warnings).toEqual([expect.stringMatching(/^Would fail: call 19 \(.*\), and 6 more: .*at most 19 members/)]);
    const ban = [{ tool: 'Users_markBanned', arguments: { user_id: 'user_26' } }];
    const orphaned = planned(await client.call('Jobs_planChanges', { steps: ban }));
    expect(orphaned.warnings).toEqual([expect.stringContaining('leaves "Acme" without an admin')]);
    const taken = [
      { tool: 'Users_createNewUser', arguments: { email_address: ['u3@example.com'], skip_password_requirement: true } },
    ];
    expect(planned(await client.call('Jobs_planChanges', { steps: taken })).warnings).toEqual([
      expect.stringMatching(/^Would fail: call 1 .*taken/),
    ]);
  });

  it('gives what a step makes to the steps after it', async () => {
    const steps = [
      { name: 'company', tool: 'Organizations_createNewOrganization', arguments: { name: 'Delta' } },
      {
        tool: 'OrganizationMemberships_addUserToOrganization',
        for_each: ['user_28', 'user_29'],
        arguments: { organization_id: '$steps.company.id', user_id: '$', role: 'org:member' },
      },
    ];
    const { plan, calls } = planned(await client.call('Jobs_planChanges', { steps }));
    expect(calls).toBe(3);
    expect((await client.call('Jobs_applyPlan', { plan })).json).toMatchObject({ state: 'finished', done: 3 });
    const [delta] = rows(await client.call('Organizations_listSortedByCreationDate', { query: 'Delta' }));
    expect(rows(await client.call(MEMBERS, { organization_id: delta?.id }))).toHaveLength(2);
  });

  it('says in words what a call gets from an earlier step, and what a single call of its kind does', async () => {
    const steps = [
      {
        name: 'newcomer',
        tool: 'Users_createNewUser',
        arguments: { email_address: ['nia@example.com'], skip_password_requirement: true },
      },
      { tool: 'ApiKeys_createKey', arguments: { name: 'Nightly', subject: '$steps.newcomer.id' } },
    ];
    const { plan } = planned(await client.call('Jobs_planChanges', { steps }));
    const { effect } = (await client.call('Jobs_applyPlan', { plan })).json as { effect: string };
    expect(effect).toContain('what step "newcomer" gives (Create a user)');
    expect(effect).toContain('Mints the API key "Nightly" for what step "newcomer" gives');
    expect(effect).not.toMatch(/see each|what the inputs name|Would fail/);
  });

  it('leaves a target out that is another than was shown', async () => {
    const steps = [{ tool: 'Users_markBanned', for_each: ['user_5', 'user_6'], arguments: { user_id: '$' } }];
    const { plan } = planned(await client.call('Jobs_planChanges', { steps }));
    await client.call('Users_updateUserAttributes', { user_id: 'user_5', first_name: 'Renamed' });
    expect((await client.call('Jobs_applyPlan', { plan, confirm: true })).json).toMatchObject({
      state: 'finished',
      done: 1,
      left_out: 1,
      why: [{ what: expect.stringContaining('Renamed'), count: 1 }],
    });
    expect((await bannedUsers()).map((each) => (each as { id: string }).id)).toEqual(['user_6']);
  });

  it('does not take back what has changed since', async () => {
    const steps = [
      { tool: 'Users_updateUserAttributes', for_each: ['user_7', 'user_8'], arguments: { user_id: '$', last_name: 'New' } },
    ];
    const { plan } = planned(await client.call('Jobs_planChanges', { steps }));
    await client.call('Jobs_applyPlan', { plan });
    await client.call('Users_updateUserAttributes', { user_id: 'user_8', last_name: 'Newer' });
    const undo = planned(await client.call('Jobs_undoChanges', { plan }));
    expect(undo).toMatchObject({ calls: 1, warnings: [expect.stringContaining('changed since')] });
    await client.call('Jobs_applyPlan', { plan: undo.plan });
    const names = await Promise.all(
      ['user_7', 'user_8'].map(
        async (user_id) => (await client.call('Users_getUserDetails', { user_id, fields: ['last_name'] })).json,
      ),
    );
    expect(names).toEqual([{ last_name: null }, { last_name: 'Newer' }]);
  });

  it.each([
    [
      'a list of a million',
      { steps: [{ tool: 'Users_markBanned', for_each: Array(10_001).fill('user_1'), arguments: { user_id: '$' } }] },
      '10000',
    ],
    [
      'a reference to nothing',
      { steps: [{ tool: 'Users_markBanned', arguments: { user_id: '$steps.other.id' } }] },
      'no step before',
    ],
    ['a tool that is none', { steps: [{ tool: 'Users_markBaned', arguments: {} }] }, 'Users_markBanned'],
    [
      'a guessed name',
      { steps: [{ tool: 'ban_user', arguments: {} }] },
      'named ban_user. Did you mean Users_markBanned? Nothing',
    ],
    [
      'an input that a named plan does not have',
      { plan: 'set-metadata', inputs: { key: 'x' } },
      'no such input. Known: user_ids',
    ],
    ['a job within a plan', { steps: [{ tool: 'Jobs_applyPlan', arguments: { plan: 'pln_x' } }] }, 'no tool that a plan can use'],
    ['arguments that do not fit', { steps: [{ tool: 'Users_markBanned', arguments: { user: 'user_1' } }] }, 'do not fit'],
    [
      'confirm smuggled into a step',
      { steps: [{ tool: 'Users_markBanned', arguments: { user_id: 'user_1', confirm: true } }] },
      'do not fit',
    ],
    [
      'anything but an id of a step to come',
      {
        steps: [
          { name: 'made', tool: 'Users_createNewUser', arguments: { email_address: ['n@example.com'] } },
          { tool: 'Users_updateUserAttributes', arguments: { user_id: '$steps.made.id', first_name: '$steps.made.first_name' } },
        ],
      },
      'only ids',
    ],
  ])('refuses %s', async (_, args, why) => {
    const result = await client.call('Jobs_planChanges', args);
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(why) });
  });

  it.each([
    [
      'OrganizationMemberships_addUserToOrganization',
      { organization_id: 'org_gamma', user_id: 'user_9', role: 'org:admin' },
      'This can be undone.',
    ],
    ['Users_markBanned', { user_id: 'user_9' }, 'This can be undone, but the sessions that it ended stay ended.'],
    ['Users_deleteUserById', { user_id: 'user_9' }, 'This cannot be undone: a deleted user cannot be brought back.'],
    [
      'Users_updateUserAttributes',
      { user_id: 'user_9', password: 'a-new-one-that-is-long' },
      'This cannot be undone: the former password cannot be read.',
    ],
    [
      'InstanceSettings_updateOrganizationSettings',
      { enabled: false },
      'This can be undone, but its former state is not kept here.',
    ],
  ])('says of a call of %s with %j whether it can be undone', async (name, args, said) => {
    const { json } = await client.call(name, args);
    expect(json).toMatchObject({ error: 'confirmation_required', effect: expect.stringContaining(said) });
  });

  it('knows no plan of another id', async () => {
    expect((await client.call('Jobs_applyPlan', { plan: 'pln_0000000000000000000000', confirm: true })).json).toMatchObject({
      error: 'plan_not_found',
    });
  });
});

it('is confirmed by one form that names every item, what cannot be undone first and by its own word', async () => {
  const messages: string[] = [];
  const client = await startSeeded({
    person: ({ message }) => {
      messages.push(message);
      return { action: 'accept', content: { typed: '1 cannot be undone' } };
    },
  });
  const steps = [...moveTo('org_gamma'), { name: 'gone', tool: 'Users_deleteUserById', arguments: { user_id: 'user_29' } }];
  const { plan } = planned(await client.call('Jobs_planChanges', { steps }));
  expect((await client.call('Jobs_applyPlan', { plan })).json).toMatchObject({ state: 'finished', done: 51 });
  const [message = '', ...others] = messages;
  expect(others).toEqual([]);
  expect(message).toMatch(/^51 changes in all: 26 destructive, 25 write\./);
  for (let nth = 0; nth < 25; nth++) expect(message.split(`u${nth}@example.com`).length - 1, `user ${nth}`).toBe(2);
  expect(message.indexOf('u29@example.com')).toBeLessThan(message.indexOf('u0@example.com'));
  await client.close();
});

it('is not asked for in a form that has no room for all of it, and keeps nothing where that is switched off', async () => {
  const messages: string[] = [];
  const users = Array.from({ length: 200 }, (_, nth) => user(nth));
  const client = await startSeeded({
    seed: { users },
    args: ['--undo-days', '0'],
    person: ({ message }) => {
      messages.push(message);
      return { action: 'accept', content: { confirm: true } };
    },
  });
  const ban = (count: number): object[] => [
    { tool: 'Users_markBanned', for_each: users.slice(0, count).map((_, nth) => `user_${nth}`), arguments: { user_id: '$' } },
  ];
  const large = planned(await client.call('Jobs_planChanges', { steps: ban(200) }));
  expect((await client.call('Jobs_applyPlan', { plan: large.plan })).json).toMatchObject({ error: 'too_much_to_show' });
  expect(messages).toEqual([]);
  const { plan } = planned(await client.call('Jobs_planChanges', { steps: ban(2) }));
  expect((await client.call('Jobs_applyPlan', { plan })).json).toMatchObject({ state: 'finished', done: 2 });
  expect(messages).toHaveLength(1);
  expect((await client.call('Jobs_undoChanges', { plan })).json).toMatchObject({
    calls: 0,
    warnings: [expect.stringContaining('its former state was not kept')],
  });
  await client.close();
});

describe('with a folder for its state', () => {
  it('keeps plans and what takes them back encrypted, for their owner alone, across restarts, and for a while', async () => {
    const state = await scratchDirectory();
    const steps = [
      {
        tool: 'Users_updateUserAttributes',
        for_each: ['user_1', 'user_2'],
        arguments: { user_id: '$', last_name: 'Kept-Nowhere' },
      },
    ];
    const seed = await scratchFile(state, SEED);
    const start = () => startProgram('v2 (2025)', { args: ['--sandbox', '--seed', seed, '--state-dir', join(state, 'kept')] });
    const first = await start();
    const { plan } = planned(await first.call('Jobs_planChanges', { steps }));
    await first.call('Jobs_applyPlan', { plan });
    await first.close();
    const kept = readdirSync(join(state, 'kept')).map((name) => join(state, 'kept', name));
    expect(kept.length).toBeGreaterThanOrEqual(4);
    for (const file of kept) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
      expect(readFileSync(file, 'utf8')).not.toContain('Kept-Nowhere');
    }
    const sealed = kept.find((file) => file.endsWith('.sealed')) ?? '';
    writeFileSync(sealed, `${readFileSync(sealed, 'utf8').slice(0, -4)}AAAA`);
    const old = join(state, 'kept', 'plan-pln_0000000000000000000000.ledger');
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
    const second = await start();
    const changed = await second.call('Jobs_applyPlan', { plan });
    expect(changed.isError).toBe(true);
    expect(existsSync(old)).toBe(true);
    planned(await second.call('Jobs_planChanges', { steps }));
    expect(existsSync(old)).toBe(false);
    await second.close();
  });
});
