import { describe, expect, it } from 'vitest';
import { idsOf, openSandbox } from './harness.js';

const USERS = 40;
const nameOf = (nth: number): string => `user_${String(nth).padStart(2, '0')}`;
/** Every third, oldest first. */
const BANNED = Array.from({ length: USERS }, (_, nth) => nth)
  .filter((nth) => nth % 3 === 0)
  .map(nameOf);

const open = () =>
  openSandbox({
    seed: {
      users: Array.from({ length: USERS }, (_, nth) => ({ id: nameOf(nth), banned: nth % 3 === 0, created_at: 1_000_000 + nth })),
    },
  });

describe.each([
  ['created_at', BANNED],
  ['-created_at', BANNED.toReversed()],
])('a filtered list by %s', (order, wanted) => {
  it.each(['', '&paginated=true'])('gives every page as a part of the whole %s', async (form) => {
    const client = await open();
    for (let offset = 0; offset <= wanted.length; offset += 4) {
      const page = (await client.get(`/users?banned=true&order_by=${order}&limit=4&offset=${offset}${form}`)).body;
      expect(idsOf(page)).toEqual(wanted.slice(offset, offset + 4));
      if (form !== '') expect(page.total_count).toBe(wanted.length);
    }
  });

  it('goes on after a cursor, whether or not the filter keeps that one', async () => {
    const client = await open();
    const [first, second, third, fourth] = wanted;
    const following = async (id: string | undefined) =>
      idsOf((await client.get(`/users?banned=true&order_by=${order}&limit=2&starting_after=${id}`)).body);
    expect(await following(second)).toEqual([third, fourth]);
    const between = nameOf(Number(first?.slice(5)) + (order === 'created_at' ? 1 : -1));
    expect(await following(between)).toEqual([second, third]);
  });
});
