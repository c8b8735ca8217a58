import { notFound } from './errors.js';
import type { Exchange, Middleware, SandboxResponse } from './exchange.js';
import { serveImage } from './images.js';
import type { Instance } from './instance.js';
import type { Recorder } from './recorder.js';

/** What the sandbox's own addresses act on. */
export interface Controlled {
  readonly recorder: Recorder;
  instance(): Promise<Instance>;
  /** Forgets everything and seeds again. */
  reset(): Promise<void>;
}

type Control = (controlled: Controlled, exchange: Exchange) => Promise<SandboxResponse>;

/** The addresses under `/_sandbox`, which Clerk does not have, by method and first segment. */
const CONTROLS: Readonly<Record<string, Control>> = {
  'POST reset': async (controlled) => {
    await controlled.reset();
    return { status: 200, body: { ok: true } };
  },
  'GET requests': async ({ recorder }) => ({
    status: 200,
    body: { data: recorder.requests, total_count: recorder.requests.length },
  }),
  'GET images': async (controlled, { request }) => serveImage(await controlled.instance(), request.segments[2] ?? ''),
};

export const control =
  (controlled: Controlled): Middleware =>
  async (exchange, next) => {
    const { method, segments } = exchange.request;
    if (segments[0] !== '_sandbox') return next(exchange);
    const run = CONTROLS[`${method} ${segments[1] ?? ''}`];
    if (run === undefined) throw notFound(`${method} /${segments.join('/')}. Known: ${Object.keys(CONTROLS).join(', ')}`);
    return run(controlled, exchange);
  };
