import type { Instance } from '../instance.js';
import { type ClientRow, clients } from '../resources/client.js';
import { primaryDomain } from '../resources/domain.js';
import { isLive, type SessionRow, sessions } from '../resources/session.js';
import { refuse } from '../sandbox-error.js';
import { must } from './found.js';
import { newRefreshToken } from './refresh-tokens.js';
import { sessionToken } from './session-token.js';
import { refuseInactive } from './sessions.js';

const ROTATING_LETTERS = 40;
const BROWSER_LETTERS = 27;

interface Cookie {
  readonly name: string;
  readonly value: string;
}

interface CookieOptions {
  /** Of the page that the session's token is for. Default: the instance's own domain. */
  readonly origin?: string | undefined;
  /** The cookie that has the session's token renewed, in place of the token. */
  readonly refresh?: boolean;
}

/** What the browser of a client, or the page of a session, holds as its cookie. @throws SandboxError 404 for neither. */
export async function cookieOf(
  instance: Instance,
  id: string,
  { origin = `https://${primaryDomain(instance).name}`, refresh = false }: CookieOptions = {},
): Promise<Cookie> {
  const session = instance.get(sessions, id);
  if (session === undefined) return { name: '__client', value: await clientToken(instance, must(instance, clients, id)) };
  if (refresh) return { name: '__refresh', value: newRefreshToken(instance, session) };
  return { name: '__session', value: await pageToken(instance, session, URL.canParse(origin) ? new URL(origin).origin : origin) };
}

/** All that the browser of a session sends to a page at `origin`. @throws SandboxError when there is no such session, or it has ended. */
export async function signedInCookies(instance: Instance, id: string, origin?: string): Promise<Cookie[]> {
  const session = must(instance, sessions, id);
  return [
    await cookieOf(instance, id, { origin }),
    { name: '__client_uat', value: String(Math.floor(session.created_at / 1000)) },
    // A development instance knows a browser by it.
    { name: '__clerk_db_jwt', value: `dvb_${instance.random.base62(BROWSER_LETTERS)}` },
  ];
}

const clientToken = (instance: Instance, { id }: ClientRow): Promise<string> =>
  instance.keys.sign({ id, rotating_token: instance.random.base62(ROTATING_LETTERS), iat: Math.floor(instance.now() / 1000) });

/** What a page of the session at `origin` holds. */
async function pageToken(instance: Instance, session: SessionRow, origin: string): Promise<string> {
  if (!isLive(session, instance)) throw refuseInactive(400, session, instance);
  return sessionToken(instance, session, { origin });
}

/** The client whose token it is. @throws SandboxError when it is no token of a client, or the client is gone. */
export async function clientOfToken(instance: Instance, token: string): Promise<ClientRow> {
  const claims = await instance.keys.verify(token, instance.now()).catch(() => undefined);
  // Whatever a user's token may claim, it has a subject; a client's has none.
  if (typeof claims?.id !== 'string' || claims.sub !== undefined) {
    throw refuse(400, 'cookie_invalid', 'Invalid token', 'The token is not one that this instance gave to a client.');
  }
  return must(instance, clients, claims.id);
}
