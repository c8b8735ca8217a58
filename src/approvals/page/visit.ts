import { randomBytes } from 'node:crypto';
import type { Session, Sessions } from '../sessions.js';

/** One browser that looks at the page. */
export interface Visit {
  /** 43 characters of base64url, known to the browser alone. That of a session, once a person is signed in. */
  readonly token: string;
  readonly session: Session | undefined;
  /** Sets the cookie, where the browser has none yet. */
  readonly cookie: string | undefined;
}

const TOKEN = /^[\w-]{43}$/;
/** Names that a browser trusts without TLS. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** @throws StoreUnavailableError, ApproverFileError */
export async function visitOf(request: Request, sessions: Sessions): Promise<Visit> {
  const host = hostOf(request);
  const { name } = cookieFor(host);
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
  const given = cookies
    .find((cookie) => cookie.startsWith(`${name}=`) && TOKEN.test(cookie.slice(name.length + 1)))
    ?.slice(name.length + 1);
  if (given !== undefined) return { token: given, session: await sessions.find(given), cookie: undefined };
  const token = randomBytes(32).toString('base64url');
  return { token, session: undefined, cookie: setCookie(host, token) };
}

/** The value of `Set-Cookie`. Over the network it is kept and sent over TLS only. */
export function setCookie(host: string, token: string): string {
  const { name, secure } = cookieFor(host);
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** Servers on one machine differ by their port, of which cookies know nothing. */
function cookieFor(host: string): { name: string; secure: boolean } {
  if (!isLoopback(host)) return { name: '__Host-approvals', secure: true };
  return { name: `approvals-${host.split(':').at(-1)?.replace(/\W/g, '') || '80'}`, secure: false };
}

/** Whether any program of this machine can be sent the browser's cookies, by listening on another port. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

export const hostOf = (request: Request): string => (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
