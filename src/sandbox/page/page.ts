import { createHash } from 'node:crypto';
import { pageHeaders } from '../../pages/headers.js';
import { html } from '../../pages/html.js';
import { STYLE } from '../../pages/style.js';
import { readAdvance } from '../advance.js';
import type { App } from '../app.js';
import { FaultsError } from '../fault-forms.js';
import type { SandboxRequest, SandboxResponse } from '../middleware.js';
import { changesView, homeView, messagesView, requestsView, webhooksView } from './activity.js';
import { faultOf, faultsView } from './faults.js';
import { BASE, type Content, HOME, layout } from './layout.js';
import { organizationsView, organizationView, usersView, userView } from './people.js';

/** No script runs at all. */
const HEADERS = pageHeaders("'none'");
const STYLE_FILE = `${createHash('sha256').update(STYLE).digest('base64url').slice(0, 16)}.css`;

/** More than any form of the page holds. */
const LARGEST_FORM = 8 * 1024;

/** The page on which people look at the sandbox: what is in it, what happened, and what goes wrong or on. */
export async function respond(app: App, request: SandboxRequest): Promise<SandboxResponse> {
  const [, , view = '', id = ''] = request.segments;
  if (view === STYLE_FILE) return asset();
  return request.method === 'POST' ? act(app, request, view, id) : look(app, request, view, id);
}

async function look(app: App, { query }: SandboxRequest, view: string, id: string): Promise<SandboxResponse> {
  const instance = await app.instance();
  const views: Readonly<Record<string, () => Content | undefined | Promise<Content>>> = {
    '': () => homeView(app, instance),
    users: () => (id === '' ? usersView(instance, query) : userView(instance, id)),
    organizations: () => (id === '' ? organizationsView(instance, query) : organizationView(instance, id)),
    changes: () => changesView(app),
    requests: () => requestsView(app),
    messages: () => messagesView(instance),
    webhooks: () => webhooksView(app),
    faults: () => faultsView(app),
  };
  const content = Object.hasOwn(views, view) ? await views[view]?.() : undefined;
  return content === undefined ? shown(app, 404, NOT_FOUND) : shown(app, 200, content);
}

/** What a button does, and where it leads. */
async function act(app: App, { headers, body }: SandboxRequest, view: string, id: string): Promise<SandboxResponse> {
  const isForm = /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '');
  if (!isForm || body.length > LARGEST_FORM) return shown(app, 400, NO_FORM);
  const sent = new URLSearchParams(new TextDecoder().decode(body));
  switch (`${view}/${id === '' || view === 'webhooks' ? '' : id}`) {
    case 'clock/':
      await app.advance(readAdvance({ advance_ms: Number(sent.get('by')) }));
      return seeOther(HOME);
    case 'reset/':
      await app.reset();
      return seeOther(HOME);
    case 'webhooks/':
      app.webhooks.replay(id);
      return seeOther(`${BASE}/webhooks`);
    case 'faults/lift':
      app.faults.clear();
      return seeOther(`${BASE}/faults`);
    case 'faults/':
      return setFault(app, sent);
    default:
      return shown(app, 404, NOT_FOUND);
  }
}

async function setFault(app: App, sent: URLSearchParams): Promise<SandboxResponse> {
  try {
    await app.faults.add(faultOf(sent));
    return seeOther(`${BASE}/faults`);
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return shown(app, 422, faultsView(app, error.message));
  }
}

const NOT_FOUND: Content = { title: 'Not found', body: html`<h1>Not found</h1><p>It is not there, or not any more.</p>` };
const NO_FORM: Content = {
  title: 'This cannot be done',
  body: html`<h1>This cannot be done</h1><p>What was sent is no form of this page.</p>`,
};

async function shown(app: App, status: number, content: Content): Promise<SandboxResponse> {
  const { text } = layout({ style: `${BASE}/${STYLE_FILE}`, now: (await app.instance()).now() }, content);
  const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: new TextEncoder().encode(text) };
}

const asset = (): SandboxResponse => ({
  status: 200,
  headers: { ...HEADERS, 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
  body: new TextEncoder().encode(STYLE),
});

const seeOther = (location: string): SandboxResponse => ({
  status: 303,
  headers: { ...HEADERS, location, 'cache-control': 'no-store' },
});
