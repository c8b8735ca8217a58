import type { App } from './app.js';
import { serveImage } from './images.js';
import type { Instance } from './instance.js';
import { jsonBody, type Middleware, type RoutedRequest, type SandboxResponse } from './middleware.js';
import { notFound, refuse } from './sandbox-error.js';

type Control = (app: App, routed: RoutedRequest) => Promise<SandboxResponse>;

const listOf = (data: readonly unknown[]): SandboxResponse => ({ status: 200, body: { data, total_count: data.length } });

/** What people look at in a browser. */
const page: Control = async (app, { request }) => (await import('./page/page.js')).respond(app, request);

const showClock = (instance: Instance): SandboxResponse => {
  const now = instance.now();
  return { status: 200, body: { now: new Date(now).toISOString(), unix_ms: now, ahead_ms: instance.aheadMs } };
};

/** The addresses under `/_sandbox`, which Clerk does not have, by method and first segment. */
const CONTROLS: Readonly<Record<string, Control>> = {
  'POST reset': async (app) => {
    await app.reset();
    return { status: 200, body: { ok: true } };
  },
  'GET ': (app, routed) => page(app, routed),
  'GET page': (app, routed) => page(app, routed),
  'POST page': (app, routed) => page(app, routed),
  'GET changes': async (app) => listOf(app.changes()),
  'GET requests': async (app) => listOf(app.requests()),
  // What a browser would send along, for which Clerk's Backend API has no operation.
  'GET cookies': async (app, { request }) => {
    const { cookieOf } = await import('./domain/client-tokens.js');
    const [, , id = '', kind] = request.segments;
    const options = { origin: request.query.get('origin') ?? undefined, refresh: kind === 'refresh' };
    return { status: 200, body: await cookieOf(await app.instance(), id, options) };
  },
  // The page of an identity provider, which the sandbox plays: opening it carries a test sign-in out.
  'GET sso-test': async (app, { request }) => {
    const { runTest } = await import('./domain/test-sign-in.js');
    return { status: 200, body: await runTest(await app.instance(), request.segments[2] ?? '') };
  },
  // What an application gets when a user signs in through it.
  'POST oauth_tokens': async (app, { request }) => {
    const { issueOAuthTokens } = await import('./domain/oauth-tokens.js');
    return { status: 200, body: await issueOAuthTokens(await app.instance(), jsonBody(request)) };
  },
  // What a mailbox or a phone would show.
  'GET codes': async (app, { request }) => {
    const { codeOf } = await import('./domain/codes.js');
    return { status: 200, body: codeOf(await app.instance(), request.segments[2] ?? '') };
  },
  'GET faults': async ({ faults }) => listOf(faults.shown),
  'POST faults': async ({ faults }, { request }) => {
    const { FaultsError } = await import('./fault-forms.js');
    try {
      await faults.add(jsonBody(request));
    } catch (error) {
      if (!(error instanceof FaultsError)) throw error;
      throw refuse(422, 'form_param_value_invalid', 'Invalid faults', error.message);
    }
    return listOf(faults.shown);
  },
  'DELETE faults': async ({ faults }) => {
    faults.clear();
    return listOf(faults.shown);
  },
  'GET clock': async (app) => showClock(await app.instance()),
  'POST clock': async (app, { request }) => {
    const { readAdvance } = await import('./advance.js');
    await app.advance(readAdvance(jsonBody(request)));
    return showClock(await app.instance());
  },
  'GET webhooks': async (app) => {
    const data = await app.webhooks.sent();
    const endpoints = app.webhooks.endpoints(await app.instance());
    return { status: 200, body: { endpoints, data, total_count: data.length } };
  },
  // Sends a message once more.
  'POST webhooks': async ({ webhooks }, { request }) => {
    webhooks.replay(request.segments[2] ?? '');
    return listOf(await webhooks.sent());
  },
  'GET messages': async (app) => {
    const { messages } = await import('./resources/message.js');
    const instance = await app.instance();
    return listOf(instance.all(messages).map((row) => messages.show(row, instance)));
  },
  'GET images': async (app, { request }) => serveImage(await app.instance(), request.segments[2] ?? ''),
};

export const control =
  (app: () => App): Middleware =>
  async (routed, next) => {
    const { method, segments } = routed.request;
    if (segments[0] !== '_sandbox') return next(routed);
    const run = CONTROLS[`${method} ${segments[1] ?? ''}`];
    if (run === undefined) throw notFound(`${method} /${segments.join('/')}. Known: ${Object.keys(CONTROLS).join(', ')}`);
    return run(app(), routed);
  };
