import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClerkClient } from '@clerk/backend';

/** An application with one page, which greets the user who is signed in. */
export async function startApp(env: Readonly<Record<string, string>>): Promise<{ url: string; server: Server }> {
  const { CLERK_API_URL: apiUrl = '', CLERK_SECRET_KEY: secretKey = '', CLERK_PUBLISHABLE_KEY: publishableKey = '' } = env;
  const clerk = createClerkClient({ apiUrl, secretKey, publishableKey });
  const server = createServer(async (incoming, outgoing) => {
    const headers = new Headers({ cookie: incoming.headers.cookie ?? '' });
    const state = await clerk.authenticateRequest(new Request(`http://${incoming.headers.host}/`, { headers }));
    const { userId } = state.toAuth() ?? {};
    const greeting = userId ? `Hello, ${(await clerk.users.getUser(userId)).firstName}.` : 'Please sign in.';
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><h1>${greeting}</h1>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}
