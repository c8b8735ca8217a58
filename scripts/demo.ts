/**
 * The main job, shown without a Clerk account: the built server on its sandbox, worked over stdio by a real MCP
 * client. Exits 0 only when every step answered as it should.
 */
import assert from 'node:assert/strict';
import { type ProgramClient, startProgram, type ToolResult } from '../test/support/program.js';

const say = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};
const step = (text: string): void => say(`\n\u25b8 ${text}`);
const show = (text: string): void => say(`  ${text.replaceAll('\n', '\n           ')}`);

interface User {
  readonly id: string;
  readonly first_name: string;
  readonly banned: boolean;
}

interface Session {
  readonly id: string;
  readonly status: string;
}

const gate = (result: ToolResult): { error: string; effect?: string } => {
  assert.equal(result.isError, true);
  return result.json as { error: string; effect?: string };
};

async function work<T>(client: ProgramClient, name: string, args: Record<string, unknown>): Promise<T> {
  const result = await client.call(name, args);
  assert.equal(result.isError, false, `${name}: ${result.text}`);
  return result.json as T;
}

/** The items of a list, which stand beside a note where there is one. */
async function list<T>(client: ProgramClient, name: string, args: Record<string, unknown>): Promise<T[]> {
  const answer = await work<T[] | { data: T[] }>(client, name, args);
  return Array.isArray(answer) ? answer : answer.data;
}

async function toolsStep(client: ProgramClient): Promise<void> {
  step('What an agent is offered');
  const tools = await client.listTools();
  const groups = new Map<string, number>();
  const kinds = { reads: 0, writes: 0, gated: 0 };
  for (const tool of tools) {
    const group = tool.name.slice(0, tool.name.indexOf('_'));
    groups.set(group, (groups.get(group) ?? 0) + 1);
    const { properties = {} } = tool.inputSchema as { properties?: object };
    if ((tool.annotations as { readOnlyHint?: boolean }).readOnlyHint === true) kinds.reads += 1;
    else if ('confirm' in properties) kinds.gated += 1;
    else kinds.writes += 1;
  }
  show(
    `${tools.length} tools: ${kinds.reads} read, ${kinds.writes} write, ${kinds.gated} wait for a confirmation, some for some calls only`,
  );
  show([...groups].map(([group, count]) => `${group} ${count}`).join(', '));
  assert.ok(tools.length >= 109 && kinds.gated > 0);
}

async function userStep(client: ProgramClient): Promise<void> {
  step('A user is created, found and updated');
  const created = await work<User>(client, 'Users_createNewUser', {
    first_name: 'Grace',
    last_name: 'Hopper',
    email_address: ['grace.hopper@example.com'],
  });
  show(`created  ${created.first_name} ${created.id}`);
  const [found] = await list<User>(client, 'Users_listSortedByCreationDate', {
    email_address: ['grace.hopper@example.com'],
    fields: ['id', 'first_name'],
  });
  assert.equal(found?.id, created.id);
  show(`found    by e-mail address: ${found.id}`);
  const updated = await work<User>(client, 'Users_updateUserAttributes', {
    user_id: created.id,
    first_name: 'Rear Admiral Grace',
  });
  assert.equal(updated.first_name, 'Rear Admiral Grace');
  show(`updated  first name is now ${JSON.stringify(updated.first_name)}`);
}

async function banStep(client: ProgramClient): Promise<void> {
  step('A ban waits for a person, then happens');
  const active = await list<Session & { user_id: string }>(client, 'Sessions_listSortedByCreationDate', {
    status: 'active',
    fields: ['id', 'user_id'],
  });
  const user_id = active[0]?.user_id;
  assert.ok(user_id, 'the sandbox has a user who is signed in');
  const sessions = async (): Promise<Session[]> =>
    list(client, 'Sessions_listSortedByCreationDate', { user_id, status: 'active', fields: ['id', 'status'] });
  const before = await sessions();
  const refused = gate(await client.call('Users_markBanned', { user_id }));
  assert.equal(refused.error, 'confirmation_required');
  show(`refused  ${refused.effect}`);
  assert.deepEqual(await sessions(), before);
  show(`nothing was sent: ${before.length} active ${before.length === 1 ? 'session is' : 'sessions are'} still there`);
  const banned = await work<User>(client, 'Users_markBanned', { user_id, confirm: true });
  assert.equal(banned.banned, true);
  assert.equal((await sessions()).length, 0);
  show('confirmed: banned, and no active session is left');
}

async function domainStep(client: ProgramClient): Promise<void> {
  step('A domain change is refused');
  const refused = gate(await client.call('BetaFeatures_updateInstanceDomain', { home_url: 'https://elsewhere.example' }));
  assert.equal(refused.error, 'confirmation_required');
  show(`refused  ${refused.effect}`);
}

async function readOnlyStep(): Promise<void> {
  step('In read-only mode a deletion is not even there');
  const client = await startProgram('v2 (2026)', { args: ['--sandbox', '--read-only'] });
  try {
    const users = await list<User>(client, 'Users_listSortedByCreationDate', { limit: 1, fields: ['id'] });
    const refusal = await client.call('Users_deleteUserById', { user_id: users[0]?.id, confirm: true }).then(
      (result) => result.text,
      (error: Error) => error.message,
    );
    assert.match(refusal, /not offered/);
    show(`refused  ${refusal}`);
    assert.equal((await client.listTools()).filter((tool) => tool.name.includes('delete')).length, 0);
    const { total_count } = await work<{ total_count: number }>(client, 'Users_getTotalCount', {});
    show(`all ${total_count} users are still there`);
  } finally {
    await client.close();
  }
}

const client = await startProgram('v2 (2026)', { args: ['--sandbox'] });
try {
  say('clerk-mcp on its sandbox, over stdio, worked by an MCP client');
  await toolsStep(client);
  await userStep(client);
  await banStep(client);
  await domainStep(client);
} finally {
  await client.close();
}
await readOnlyStep();
say('\nEvery step answered as it should.');
