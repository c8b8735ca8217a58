import type { Faults } from './faults.js';
import { serveImage } from './images.js';
import type { Instance } from './instance.js';
import { jsonBody, type Middleware, type RoutedRequest, type SandboxResponse } from './middleware.js';
import type { Recorder } from './request-log.js';
import { notFound, refuse } from './sandbox-error.js';

/** What the sandbox's own addresses act on. */
export interface Controlled {
  readonly recorder: Recorder;
  readonly faults: Faults;
  instance(): Promise<Instance>;
  /** Forgets everything and seeds again. */
  reset(): Promise<void>;
}

type Control = (controlled: Controlled, routed: RoutedRequest) => Promise<SandboxResponse>;

const listOf = (data: readonly unknown[]): SandboxResponse => ({ status: 200, body: { data, total_count: data.length } });

/** The addresses under `/_sandbox`, which Clerk does not have, by method and first segment. */
const CONTROLS: Readonly<Record<string, Control>> = {
  'POST reset': async (controlled) => {
    await controlled.reset();
    return { status: 200, body: { ok: true } };
  },
  'GET requests': async ({ recorder }) => listOf(recorder.requests),
  // What a browser would send along, for which Clerk's Backend API has no operation.
  'GET cookies': async (controlled, { request }) => {
    const { cookieOf } = await import('./domain/client-tokens.js');
    const [, , id = '', kind] = request.segments;
    const options = { origin: request.query.get('origin') ?? undefined, refresh: kind === 'refresh' };
    return { status: 200, body: await cookieOf(await controlled.instance(), id, options) };
  },
  // The page of an identity provider, which the sandbox plays: opening it carries a test sign-in out.
  'GET sso-test': async (controlled, { request }) => {
    const { runTest } = await import('./domain/test-sign-in.js');
    return { status: 200, body: await runTest(await controlled.instance(), request.segments[2] ?? '') };
  },
  // What an application gets when a user signs in through it.
  'POST oauth_tokens': async (controlled, { request }) => {
    const { issueOAuthTokens } = await import('./domain/oauth-tokens.js');
    return { status: 200, body: await issueOAuthTokens(await controlled.instance(), jsonBody(request)) };
  },
  // What a mailbox or a phone would show.
  'GET codes': async (controlled, { request }) => {
    const { codeOf } = await import('./domain/codes.js');
    return { status: 200, body: codeOf(await controlled.instance(), request.segments[2] ?? '') };
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
  'GET images': async (controlled, { request }) => serveImage(await controlled.instance(), request.segments[2] ?? ''),
};

export const control =
  (controlled: Controlled): Middleware =>
  async (routed, next) => {
    const { method, segments } = routed.request;
    if (segments[0] !== '_sandbox') return next(routed);
    const run = CONTROLS[`${method} ${segments[1] ?? ''}`];
    if (run === undefined) throw notFound(`${method} /${segments.join('/')}. Known: ${Object.keys(CONTROLS).join(', ')}`);
    return run(controlled, routed);
  };
