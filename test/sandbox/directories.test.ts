import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Client, idsOf, type Json, openSandbox } from './harness.js';

let client: Client;
let connection: string;
let roles: { admin: string; member: string };

beforeEach(async () => {
  client = await openSandbox();
  const team = [{ name: 'Team', key: 'team', directory_path: 'department' }];
  const made = { name: 'Corp', provider: 'oidc_custom', domains: ['corp.example.com'], custom_attributes: team };
  connection = String((await client.post('/enterprise_connections', made)).body.id);
  const known = ((await client.get('/organization_roles')).body.data ?? []) as unknown as { key: string; id: string }[];
  const idOf = (key: string): string => known.find((role) => role.key === key)?.id ?? '';
  roles = { admin: idOf('org:admin'), member: idOf('org:member') };
});

/** The same directories are reached under two names. */
const FORMS = [
  { path: '/directories', object: 'directory', mapping: 'directory_group_role_mapping', group: 'directory_group_id' },
  { path: '/scim_directories', object: 'scim_directory', mapping: 'scim_group_role_mapping', group: 'scim_group_id' },
] as const;

describe.each(FORMS)('a directory at $path', ({ path, object, mapping, group }) => {
  const create = (more: object = {}): Promise<Answer> =>
    client.post(path, { enterprise_connection_id: connection, provider: 'okta', ...more });
  const at = ({ body }: Answer, below = ''): string => `${path}/${body.id}${below}`;
  const mapped = async (made: Answer): Promise<Json[]> =>
    (await client.get(at(made, '/group_role_mappings'))).body.data as unknown as Json[];
  const groupsOf = async (made: Answer): Promise<unknown[]> => (await mapped(made)).map((one) => [one[group], one.precedence]);

  it('shows its key once, where it is made', async () => {
    const made = await create();
    expect(made.body).toMatchObject({
      object,
      name: 'Corp',
      provider: 'okta',
      enabled: true,
      enterprise_connection_id: connection,
      custom_attributes: [{ key: 'team', scim_path: 'department', directory_path: 'department' }],
    });
    const key = String(made.body.api_key);
    expect(key.length).toBeGreaterThan(30);
    const others = [await client.get(at(made)), await client.get(path), await client.patch(at(made), { name: 'Staff' })];
    expect(JSON.stringify(others)).not.toContain(key);
    const rotated = await client.post(at(made, '/rotate_api_key'));
    expect(rotated.body.api_key).not.toBe(key);
    expect(rotated.body).toMatchObject({ object, name: 'Staff' });
  });

  it('belongs to one connection, which has no second one, and goes with it', async () => {
    expect(await create({ enterprise_connection_id: 'entconn_x' })).toMatchObject({
      status: 422,
      param: 'enterprise_connection_id',
    });
    const made = await create();
    expect(await create()).toMatchObject({ status: 422, param: 'enterprise_connection_id' });
    expect(idsOf((await client.get(path)).body)).toEqual([made.body.id]);
    await client.delete(`/enterprise_connections/${connection}`);
    expect((await client.get(at(made))).status).toBe(404);
  });

  it('merges its attribute mapping, and null takes an attribute out', async () => {
    const made = await create();
    const { body } = await client.patch(at(made), { attribute_mapping: { title: 'title', last_name: null }, enabled: false });
    expect(body).toMatchObject({ enabled: false, attribute_mapping: { title: 'title', first_name: expect.any(String) } });
    expect(body.attribute_mapping).not.toHaveProperty('last_name');
  });

  it('maps groups to roles in the order of their precedence', async () => {
    const made = await create();
    const add = (id: string, more: object = {}): Promise<Answer> =>
      client.post(at(made, '/group_role_mappings'), { [group]: id, role_id: roles.member, ...more });
    expect(await add('a')).toMatchObject({ status: 400, code: 'group_role_mapping_not_enabled' });
    await client.patch(at(made), { group_role_mapping_enabled: true });
    const first = await add('a');
    expect(first.body).toMatchObject({
      object: mapping,
      directory_group_id: 'a',
      scim_group_id: 'a',
      precedence: 1,
      role: { object: 'role', key: 'org:member' },
    });
    await add('b');
    await add('c', { precedence: 1, role_id: roles.admin });
    expect(await groupsOf(made)).toEqual([
      ['c', 1],
      ['a', 2],
      ['b', 3],
    ]);
    expect(await add('a')).toMatchObject({ status: 422 });
    expect(await add('d', { role_id: 'role_x' })).toMatchObject({ status: 422, param: 'role_id' });
    const gone = await client.delete(at(made, `/group_role_mappings/${first.body.id}`));
    expect(gone.body).toEqual({ object: mapping, id: first.body.id, deleted: true });
    expect((await client.delete(at(made, `/group_role_mappings/${first.body.id}`))).status).toBe(404);
    expect(await groupsOf(made)).toEqual([
      ['c', 1],
      ['b', 3],
    ]);
  });

  it('replaces all mappings, or none where one is wrong', async () => {
    const made = await create({ group_role_mappings: [{ [group]: 'a', role_id: roles.member }] });
    expect(made.body.group_role_mapping_enabled).toBe(true);
    const put = (mappings: unknown[]): Promise<Answer> => client.put(at(made, '/group_role_mappings'), { mappings });
    expect((await put([{ [group]: 'b', role_id: 'role_x' }])).status).toBe(422);
    expect(
      (
        await put([
          { [group]: 'b', role_id: roles.member },
          { [group]: 'b', role_id: roles.admin },
        ])
      ).status,
    ).toBe(422);
    expect(await groupsOf(made)).toEqual([['a', 1]]);
    const replaced = await put([
      { [group]: 'c', role_id: roles.admin },
      { [group]: 'b', role_id: roles.member },
    ]);
    expect(replaced.body.total_count).toBe(2);
    expect(await groupsOf(made)).toEqual([
      ['c', 1],
      ['b', 2],
    ]);
    expect((await put([])).body).toEqual({ data: [], total_count: 0 });
  });

  it('is gone once deleted, with its mappings', async () => {
    const made = await create({ group_role_mappings: [{ [group]: 'a', role_id: roles.member }] });
    expect((await client.delete(at(made))).body).toEqual({ object, id: made.body.id, deleted: true });
    expect((await client.get(at(made, '/group_role_mappings'))).status).toBe(404);
  });
});

it('a group may be named the old way, the new way or both alike', async () => {
  const made = await client.post('/directories', { enterprise_connection_id: connection, provider: 'okta' });
  const path = `/directories/${made.body.id}`;
  await client.patch(path, { group_role_mapping_enabled: true });
  const add = (body: object): Promise<Answer> => client.post(`${path}/group_role_mappings`, { role_id: roles.member, ...body });
  expect((await add({ scim_group_id: 'a' })).body.directory_group_id).toBe('a');
  expect((await add({ scim_group_id: 'b', directory_group_id: 'b' })).status).toBe(200);
  expect(await add({ scim_group_id: 'c', directory_group_id: 'd' })).toMatchObject({ status: 422, param: 'directory_group_id' });
  expect(await add({})).toMatchObject({ status: 422, code: 'form_param_missing' });
  const seen = await client.get(`/scim_directories/${made.body.id}`);
  expect(seen.body).toMatchObject({ object: 'scim_directory', id: made.body.id });
});
