import { pageHeaders } from '../../pages/headers.js';
import type { Html } from '../../pages/html.js';
import { messageView } from './views/enrol.js';
import type { Frame } from './views/layout.js';
import type { Visit } from './visit.js';

/** Headers of every answer of the page. */
export const HEADERS = {
  ...pageHeaders("'self'"),
  'Permissions-Policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
};

/** A whole page. */
export const page = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  });

/** A view for a visit. */
export const shown = ({ cookie }: Visit, status: number, { text }: Html): Response =>
  page(status, text, cookie === undefined ? {} : { 'Set-Cookie': cookie });

export const message = (frame: Frame, status: number, title: string, text: string): Response =>
  page(status, messageView(frame, title, text).text);

export const notFound = (frame: Frame): Response =>
  message(frame, 404, 'Not found', 'There is no such approval, or it was too long ago.');

export const seeOther = (location: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { ...HEADERS, Location: location, 'Cache-Control': 'no-store', ...headers } });

/** Makes the browser load the same address again, now from our own page and so with the cookie. */
export const again = (): Response =>
  page(
    200,
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>clerk-mcp</title></head><body><p><a href="">Go on</a></p></body></html>',
  );
