import { refuse } from '../errors.js';
import type { Instance } from '../instance.js';
import { type ClientRow, clients } from '../resources/client.js';
import { frontendApi } from '../resources/frontend-api.js';
import { type SessionRow, sessions, statusOf } from '../resources/session.js';
import { must } from './found.js';
import { refuseInactive } from './sessions.js';

const ROTATING_LETTERS = 40;
const SESSION_TOKEN_SECONDS = 60;
const SKEW_SECONDS = 10;
const JTI_LETTERS = 20;

/** What the browser of a client, or the page of a session, holds as its cookie. @throws SandboxError 404 for neither. */
export async function cookieOf(instance: Instance, id: string): Promise<{ name: string; value: string }> {
  const session = instance.of(sessions).get(id);
  if (session !== undefined) return { name: '__session', value: await sessionToken(instance, session) };
  return { name: '__client', value: await clientToken(instance, must(instance, clients, id)) };
}

const clientToken = (instance: Instance, { id }: ClientRow): Promise<string> =>
  instance.keys.sign({ id, rotating_token: instance.random.base62(ROTATING_LETTERS), iat: Math.floor(instance.now() / 1000) });

async function sessionToken(instance: Instance, session: SessionRow): Promise<string> {
  if (statusOf(session, instance) !== 'active') throw refuseInactive(400, session, instance);
  const made = Math.floor(instance.now() / 1000);
  return instance.keys.sign({
    iss: frontendApi(instance),
    sub: session.user_id,
    sid: session.id,
    v: 2,
    iat: made,
    nbf: made - SKEW_SECONDS,
    exp: made + SESSION_TOKEN_SECONDS,
    jti: instance.random.hex(JTI_LETTERS),
    ...(session.actor === null ? {} : { act: session.actor }),
  });
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
