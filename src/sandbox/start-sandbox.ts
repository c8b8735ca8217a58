import type { App } from './app.js';
import { listen } from './listen.js';
import type { SandboxRequest, SandboxResponse } from './middleware.js';
import type { SandboxOptions } from './options.js';
import { chance } from './random.js';
import type { StateFile } from './state/state-file.js';

export interface Sandbox {
  /** Base address of the API: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** Without `/v1`; the sandbox's own addresses are under `/_sandbox` here. */
  readonly origin: string;
  readonly secretKey: string;
  /** Of the instance's domain, as Clerk's middleware for web servers asks for it. Seeds the instance when it is not yet. */
  publishableKey(): Promise<string>;
  /** All of it but its port. */
  app(): Promise<App>;
  /** Ends every connection, and has everything in the state file. */
  close(): Promise<void>;
}

const SECRET_LETTERS = 42;
const TRACE_LETTERS = 32;

/**
 * Starts a local stand-in for Clerk's Backend API. Only its port is opened at once; all else is loaded and seeded when
 * the first request comes, so the start costs next to nothing.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', randomSeed, seed, state } = options;
  const stored = state === undefined ? undefined : await openState(state);
  const secretKey = options.secretKey ?? stored?.kept?.secretKey ?? `sk_test_${chance('key', randomSeed).base62(SECRET_LETTERS)}`;
  let origin = '';
  let loading: Promise<App> | undefined;
  const app = (): Promise<App> => {
    loading ??= import('./create-sandbox.js').then(({ createSandbox }) => createSandbox({ options, secretKey, origin, stored }));
    return loading;
  };
  const handle = async (request: SandboxRequest): Promise<SandboxResponse> => {
    const response = await (await app()).handle(request);
    options.onAnswer?.(request, response);
    return response;
  };
  const traceIds = chance('trace', randomSeed);
  const newTraceId = () => traceIds.hex(TRACE_LETTERS);
  const { server, port: actualPort } = await listen(handle, { host, port, newTraceId });
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
  const end = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      server.closeAllConnections();
    });
    (await loading)?.webhooks.clear();
    await stored?.close();
  };
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ended ??= end();
    return ended;
  };
  // What the caller wrote is read at once, so that its faults show at the start.
  if (typeof seed === 'object' || stored !== undefined || options.faults !== undefined || options.webhooks !== undefined) {
    try {
      await (await app()).instance();
    } catch (error) {
      await close();
      throw error;
    }
  }
  return { url: `${origin}/v1`, origin, secretKey, publishableKey: async () => (await app()).publishableKey(), app, close };
}

const openState = async (path: string): Promise<StateFile> => (await import('./state/state-file.js')).StateFile.open(path);
