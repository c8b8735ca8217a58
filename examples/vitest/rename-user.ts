import { createClerkClient, type User } from '@clerk/backend';

/** A piece of an application: it renames the user who has an address. */
export async function renameUser(address: string, firstName: string): Promise<User> {
  const { CLERK_SECRET_KEY: secretKey = '', CLERK_API_URL: apiUrl = 'https://api.clerk.com' } = process.env;
  const clerk = createClerkClient({ secretKey, apiUrl });
  const [user] = (await clerk.users.getUserList({ emailAddress: [address] })).data;
  if (user === undefined) throw new Error(`No user has the address ${address}.`);
  return clerk.users.updateUser(user.id, { firstName });
}
