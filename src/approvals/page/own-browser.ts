import { createHash } from 'node:crypto';
import type { Session } from '../sessions.js';
import { isLoopback } from './visit.js';

const SECRET = /^[\w-]{43}$/;

/** A digest of the secret that a form of the page brings from its browser. */
export function browserOf(form: URLSearchParams): string | undefined {
  const secret = form.get('browser') ?? '';
  return SECRET.test(secret) ? createHash('sha256').update(secret).digest('base64url') : undefined;
}

/**
 * Whether the page sent a form from the browser where the person signed in. On the loopback the cookie alone does not
 * prove that: a browser also sends it to any program listening on another port, once a person is led there. What the page
 * keeps in the browser's storage stays with its own port.
 */
export const isOwnBrowser = (host: string, { browser }: Session, form: URLSearchParams): boolean =>
  !isLoopback(host) || (browser !== undefined && browserOf(form) === browser);

/** Whether the person has to authenticate again, because the page ran without a script that would identify the browser. */
export const isUnknownBrowser = (host: string, { browser }: Session): boolean => isLoopback(host) && browser === undefined;
