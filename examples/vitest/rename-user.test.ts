import { type Sandbox, startSandbox } from 'clerk-mcp/sandbox';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { renameUser } from './rename-user.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    seed: { users: [{ id: 'user_ada', first_name: 'Ada', email_addresses: ['ada@example.com'] }] },
  });
  Object.assign(process.env, sandbox.env);
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

it('renames a user', async () => {
  const user = await renameUser('ada@example.com', 'Augusta');
  expect(user.firstName).toBe('Augusta');
  expect(sandbox.requests().at(-1)).toMatchObject({ method: 'PATCH', path: '/users/user_ada', body: { first_name: 'Augusta' } });
});

it('renames nobody who is not there', async () => {
  await expect(renameUser('bob@example.com', 'Bob')).rejects.toThrow('No user');
  await sandbox.seed({ users: [{ email_addresses: ['bob@example.com'] }] });
  expect((await renameUser('bob@example.com', 'Bob')).firstName).toBe('Bob');
});

it('does not hide an error of Clerk', async () => {
  await sandbox.faults({ fault: 'error', operations: 'Users_updateUserAttributes' });
  await expect(renameUser('ada@example.com', 'Augusta')).rejects.toMatchObject({ status: 503 });
});
