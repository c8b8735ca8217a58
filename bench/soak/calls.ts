import type { Random } from './random.js';

/** One call: of a tool, or of a method. */
export interface SoakCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const tool = (name: string, args: unknown): SoakCall => ({ method: 'tools/call', params: { name, arguments: args } });

/** What callers do: mostly what is right, and some of what is not. `mark` is unlike that of any other call. */
export function anyCall(random: Random, mark: string): SoakCall {
  const user_id = `user_${Math.floor(random.between(1, 50))}`;
  return random.pick([
    () => tool('Users_getUserDetails', { user_id }),
    () => tool('Users_getUserDetails', { user_id }),
    () => tool('Users_listSortedByCreationDate', { limit: 2, query: mark }),
    () => tool('Users_createNewUser', { first_name: mark }),
    () => tool('Users_updateUserAttributes', { user_id, last_name: mark }),
    () => tool('Users_deleteUserById', { user_id }),
    () => tool('Users_banMany', { user_ids: [user_id, mark], confirm: true }),
    () => tool('Users_getUserDetails', { user_id: '', [mark]: 'x'.repeat(random.chance(0.1) ? 200_000 : 10) }),
    () => tool(`Users_${mark}`, {}),
    () => tool('Users_createNewUser', 'no JSON'),
    () => ({ method: 'ping', params: {} }),
    () => ({ method: 'tools/list', params: {} }),
    () => ({ method: 'no/such', params: {} }),
  ])();
}
