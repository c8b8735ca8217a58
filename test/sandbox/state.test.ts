import { appendFile, mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import { StateError } from '../../src/sandbox/state/format.js';
import { scratchDirectory } from '../support/scratch.js';
import { addUser, type Client, idsOf, openSandbox, PNG, rowsOf } from './harness.js';

const directory = await scratchDirectory();
let files = 0;
const newFile = (): string => join(directory, `state-${++files}`);

const begin = (state: string, options: SandboxOptions = {}): Promise<Client> => openSandbox({ state, ...options });

/** Closes it, and opens the next one on the same file. */
async function restart(client: Client, state: string, options: SandboxOptions = {}): Promise<Client> {
  await client.sandbox.close();
  const next = await begin(state, options);
  next.clock.now = client.clock.now;
  return next;
}

const LISTS = [
  '/users',
  '/organizations',
  '/invitations',
  '/allowlist_identifiers',
  '/blocklist_identifiers',
  '/redirect_urls',
  '/domains',
  '/organization_permissions',
  '/organization_roles',
  '/role_sets',
  '/organization_domains',
  '/templates/email?limit=100',
];

/** Everything that lists show, without the port, which a restart may change. */
async function everything(client: Client): Promise<string> {
  const bodies = [];
  for (const path of LISTS) bodies.push((await client.get(path)).body);
  return JSON.stringify(bodies, null, 1).replaceAll(client.sandbox.origin, '');
}

describe('a state file', () => {
  it('keeps everything across a restart, the key and the signing key too', async () => {
    const state = newFile();
    const client = await begin(state, { seed: 'demo' });
    const [banned, deleted] = idsOf((await client.get('/users?banned=false')).body);
    await client.post(`/users/${banned}/ban`);
    await client.delete(`/users/${deleted}`);
    const ada = await addUser(client, 'ada@example.com', {
      password: 'violet-kettle-42',
      private_metadata: { note: 'a\u2028b\n"ü"' },
    });
    await client.put('/templates/email/verification_code', { body: 'Mine: {{otp_code}}' });
    await client.patch('/instance/restrictions', { allowlist: true });
    await client.post('/redirect_urls', { url: 'my-app://callback' });
    const before = await everything(client);
    const jwks = (await client.get('/jwks')).body;

    const next = await restart(client, state);
    expect(next.sandbox.secretKey).toBe(client.sandbox.secretKey);
    expect(await everything(next)).toBe(before);
    expect((await next.get('/jwks')).body).toEqual(jwks);
    expect((await next.post(`/users/${ada.id}/verify_password`, { password: 'violet-kettle-42' })).status).toBe(200);
    expect((await next.post('/users', { email_address: ['x@other.example.com'] })).code).toBe('not_allowed_access');
    expect((await next.get(`/users/${deleted}`)).status).toBe(404);
    // What belongs to a row is still found, and goes with it.
    const [member] = rowsOf((await next.get('/organizations')).body);
    await next.delete(`/organizations/${member?.id}`);
    expect((await next.get(`/organizations/${member?.id}/memberships`)).status).toBe(404);
    const last = await restart(next, state);
    expect(idsOf((await last.get('/organizations')).body)).not.toContain(member?.id);
  });

  it('of before there were roles to define gets those that every instance has', async () => {
    const state = newFile();
    await (await begin(state, { seed: 'demo' })).sandbox.close();
    const later = new Set(['permission', 'role', 'role_set']);
    const [header, ...batches] = (await readFile(state, 'utf8')).trimEnd().split('\n');
    const old = batches.map((line) => {
      const batch = JSON.parse(line) as { changes: [string, string, Record<string, unknown>][] };
      const changes = batch.changes.filter(([, name]) => !later.has(name));
      for (const [, name, row] of changes) if (name === 'organization') row.role_set_key = null;
      return JSON.stringify({ ...batch, changes });
    });
    await writeFile(state, `${[header, ...old].join('\n')}\n`);

    const client = await begin(state);
    const organizations = rowsOf((await client.get('/organizations')).body);
    expect(organizations.map((row) => row.role_set_key)).toEqual(organizations.map(() => 'role_set:default'));
    const shown = await everything(client);
    expect(shown).toContain('org:sys_profile:manage');
    expect(await everything(await restart(client, state))).toBe(shown);
  });

  it('does not bring back a role of Clerk’s that was deleted', async () => {
    const state = newFile();
    const client = await begin(state, { seed: 'empty' });
    await client.patch('/instance/organization_settings', { domains_default_role_id: 'role_admin' });
    expect((await client.delete('/organization_roles/role_member')).status).toBe(200);
    const next = await restart(client, state, { seed: 'empty' });
    expect(idsOf((await next.get('/organization_roles')).body)).toEqual(['role_admin']);
  });

  it('wins over a seed, which it began with; a reset seeds anew', async () => {
    const state = newFile();
    const seed = { users: [{ id: 'user_1', email_addresses: ['a@example.com'] }] };
    const client = await begin(state, { seed });
    await client.patch('/users/user_1', { first_name: 'Ada' });
    const next = await restart(client, state, { seed });
    expect((await next.get('/users/user_1')).body.first_name).toBe('Ada');
    await fetch(`${next.sandbox.origin}/_sandbox/reset`, { method: 'POST' });
    expect((await next.get('/users/user_1')).body.first_name).toBe(null);
    await addUser(next, 'b@example.com');
    const last = await restart(next, state, { seed });
    expect(rowsOf((await last.get('/users')).body)).toHaveLength(2);
    expect(last.sandbox.secretKey).toBe(client.sandbox.secretKey);
  });

  it('is for its owner alone', async () => {
    const state = newFile();
    await begin(state);
    expect((await stat(state)).mode & 0o777).toBe(0o600);
  });

  it('has on the disk what was answered, before the process ends', async () => {
    const state = newFile();
    const client = await begin(state);
    const user = await addUser(client, 'ada@example.com');
    expect(await readFile(state, 'utf8')).toContain(String(user.id));
    const [one, two] = await Promise.all([addUser(client, 'b@example.com'), addUser(client, 'c@example.com')]);
    const text = await readFile(state, 'utf8');
    expect(text).toContain(String(one?.id));
    expect(text).toContain(String(two?.id));
  });

  it('goes on with repeatable chance where it left off, so that no id comes twice', async () => {
    const state = newFile();
    const options = { randomSeed: 'x' };
    const client = await begin(state, options);
    const first = await addUser(client, 'a@example.com');
    const next = await restart(client, state, options);
    const second = await addUser(next, 'b@example.com');
    const uninterrupted = await openSandbox(options);
    expect((await addUser(uninterrupted, 'a@example.com')).id).toBe(first.id);
    expect((await addUser(uninterrupted, 'b@example.com')).id).toBe(second.id);
  });

  it('with a torn last line is good up to the line before', async () => {
    const state = newFile();
    const client = await begin(state);
    await addUser(client, 'a@example.com');
    await client.sandbox.close();
    await appendFile(state, '{"drawn":0,"changes":[["put","user",{"id":"user_torn","crea');
    const next = await begin(state);
    expect(rowsOf((await next.get('/users')).body)).toHaveLength(1);
    const last = await restart(next, state);
    expect(rowsOf((await last.get('/users')).body)).toHaveLength(1);
  });

  it.each([
    ['damaged in the middle', (text: string) => text.replace('"put"', '"pat"'), /line 2 is damaged/],
    ['of something else', () => '{"users":[]}\n', /no state file/],
    ['of no lines', () => 'users', /no state file/],
    [
      'with a kind of row that is unknown',
      (text: string) => text.replaceAll('"put","user"', '"put","wizard"'),
      /no resource wizard/,
    ],
  ])('%s is refused, and left as it is', async (_, spoil, why) => {
    const state = newFile();
    const client = await begin(state);
    await addUser(client, 'a@example.com');
    await client.sandbox.close();
    const next = await begin(state);
    await addUser(next, 'b@example.com');
    await next.sandbox.close();
    const spoilt = spoil(await readFile(state, 'utf8'));
    await writeFile(state, spoilt);
    await expect(begin(state)).rejects.toThrow(StateError);
    await expect(begin(state)).rejects.toThrow(why);
    expect(await readFile(state, 'utf8')).toBe(spoilt);
  });

  it('does not grow without end, and a failed write is made good by the next', async () => {
    const state = newFile();
    const log: string[] = [];
    const client = await begin(state, { log: (message, error) => log.push(message, String(error)) });
    const { id } = await addUser(client, 'a@example.com');
    const picture = (nth: number) => Buffer.concat([PNG, Buffer.alloc(700_000, nth)]);
    const upload = (nth: number) => client.upload('POST', `/users/${id}/profile_image`, picture(nth));
    for (let nth = 1; nth <= 5; nth++) expect((await upload(nth)).status).toBe(200);
    expect((await stat(state)).size).toBeGreaterThan(4_500_000);
    // Where the new file would be written there is something else.
    await mkdir(`${state}.new`);
    await expect(upload(6)).rejects.toThrow('the sandbox failed');
    expect(log.join('\n')).toMatch(/StateError.*EISDIR/);
    await rmdir(`${state}.new`);
    expect((await client.get('/users')).status).toBe(200);
    expect((await stat(state)).size).toBeLessThan(1_500_000);
    const next = await restart(client, state);
    const image = await fetch(String((await next.get(`/users/${id}`)).body.image_url));
    expect(picture(6).equals(Buffer.from(await image.arrayBuffer()))).toBe(true);
  });
});
