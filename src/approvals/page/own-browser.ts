import { createHash } from 'node:crypto';
import type { Session } from '../sessions.js';
import { isLoopback } from './visit.js';

const SECRET = /^[\w-]{43}$/;

/** What is kept of the secret that a form of the page brings from its browser. */
export function browserOf(form: URLSearchParams): string | undefined {
  const secret = form.get('browser') ?? '';
  return SECRET.test(secret) ? createHash('sha256').update(secret).digest('base64url') : undefined;
}

/**
 * Whether a form was sent by the page in the browser where the person signed in. On the loopback the cookie alone does not
 * show that: a browser sends it to whatever listens on another port, once somebody is led there. What the page keeps in the
 * browser's storage stays with its own port.
 */
export const isOwnBrowser = (host: string, { browser }: Session, form: URLSearchParams): boolean =>
  !isLoopback(host) || (browser !== undefined && browserOf(form) === browser);

/** Whether the person cannot but show anew who they are, as the page has no script to tell the browser by. */
export const isUnknownBrowser = (host: string, { browser }: Session): boolean => isLoopback(host) && browser === undefined;
