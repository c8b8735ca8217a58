import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SeedUser } from '../../src/sandbox/seed/description.js';

type PlainUser = Readonly<Record<string, unknown>> & { readonly id: string; readonly created_at: number };

/** Users as they are sent, by id and newest first: nothing is checked, and nothing else is found. */
export interface PlainUsers {
  readonly byId: ReadonlyMap<string, PlainUser>;
  readonly newestFirst: readonly PlainUser[];
}

const textOf = (given: string | object | undefined, field: string): unknown =>
  typeof given === 'object' ? (given as Record<string, unknown>)[field] : given;

/** What the users of a seed come to without a model of anything. */
export function keepPlain(seed: readonly SeedUser[]): PlainUsers {
  const users = seed.map(({ id = '', created_at = 0, email_addresses, phone_numbers, ...columns }): PlainUser => {
    const verification = { object: 'verification_admin', status: 'verified', strategy: 'admin', attempts: null, expire_at: null };
    const own = { verification, linked_to: [], reserved: false, created_at, updated_at: created_at };
    return {
      object: 'user',
      id,
      ...columns,
      email_addresses: email_addresses?.map((given) => ({ ...own, email_address: textOf(given, 'email_address') })) ?? [],
      phone_numbers: phone_numbers?.map((given) => ({ ...own, phone_number: textOf(given, 'phone_number') })) ?? [],
      web3_wallets: [],
      external_accounts: [],
      created_at,
      updated_at: created_at,
    };
  });
  return {
    byId: new Map(users.map((user) => [user.id, user])),
    newestFirst: users.toSorted((a, b) => b.created_at - a.created_at),
  };
}

/** Serves `/users` and `/users/{id}`. @returns its address, and what to close. */
export async function servePlain({ byId, newestFirst }: PlainUsers): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
    const offset = Number(searchParams.get('offset') ?? 0);
    const page = () => newestFirst.slice(offset, offset + Number(searchParams.get('limit') ?? 10));
    const answer = pathname === '/users' ? page() : byId.get(pathname.slice('/users/'.length));
    const body = Buffer.from(JSON.stringify(answer ?? null));
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
