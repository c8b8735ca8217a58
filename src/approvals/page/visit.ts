import { randomBytes } from 'node:crypto';
import type { Session, Sessions } from '../sessions.js';

/** One browser that has the page open. */
export interface Visit {
  /** 43 characters of base64url, known only to the browser. Once a person is signed in, the session's token. */
  readonly token: string;
  readonly session: Session | undefined;
  /** Sets the cookie if the browser has none yet. */
  readonly cookie: string | undefined;
}

const TOKEN = /^[\w-]{43}$/;
/** Hosts that a browser trusts without TLS. */
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

/** The value of `Set-Cookie`. Over the network, browsers keep and send it only over TLS. */
export function setCookie(host: string, token: string): string {
  const { name, secure } = cookieFor(host);
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** Servers on one machine differ only by port, which cookies ignore; so the name holds the port. */
function cookieFor(host: string): { name: string; secure: boolean } {
  if (!isLoopback(host)) return { name: '__Host-approvals', secure: true };
  return { name: `approvals-${host.split(':').at(-1)?.replace(/\W/g, '') || '80'}`, secure: false };
}

/** Whether a program on this machine could get the browser's cookies by listening on another port. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

export const hostOf = (request: Request): string => (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
