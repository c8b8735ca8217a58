import { operations } from '../../tools/index.js';
import { createApp } from './app.js';
import type { Middleware, SandboxRequest, SandboxResponse } from './exchange.js';
import { Faults } from './faults.js';
import { listen } from './http.js';
import { Instance } from './instance.js';
import { Random } from './random.js';
import { RateLimit } from './rate-limit.js';
import type { SeedDescription } from './seed/description.js';
import type { StateFile } from './state/file.js';

export interface SandboxOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: '127.0.0.1' | '::1';
  /** Default: `sk_test_` and chance. */
  readonly secretKey?: string;
  /** Unix milliseconds. Default: the system's clock. */
  readonly now?: () => number;
  /** Makes ids, tokens and the default key repeatable. Default: they are random. */
  readonly randomSeed?: string | number;
  /** What is there at the start. Default `empty`. */
  readonly seed?: SeedDescription | 'demo' | 'empty';
  /** Keeps everything in this file, across restarts. What it holds wins over `seed`, which it begins with. */
  readonly state?: string;
  /** What goes wrong from the start, and again after a reset. In the form of `POST /_sandbox/faults`. */
  readonly faults?: unknown;
  /** Whether the limits of a development instance hold. Default false. */
  readonly rateLimit?: boolean;
  /** Stand between the key check and the operations. */
  readonly middlewares?: readonly Middleware[];
  /** Told of every request with its answer, just before the answer is sent. Default: nobody is. */
  readonly onExchange?: (request: SandboxRequest, response: SandboxResponse) => void;
  /** Told when something fails inside. Default: nobody is. */
  readonly log?: (message: string, error?: unknown) => void;
}

export interface Sandbox {
  /** Base address of the API: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** Without `/v1`; the sandbox's own addresses are under `/_sandbox` here. */
  readonly origin: string;
  readonly secretKey: string;
  /** Ends every connection, and has everything in the state file. */
  close(): Promise<void>;
}

const SECRET_LETTERS = 42;

/** A source of chance for one purpose, so that what one draws does not shift the others. */
const chance = (purpose: string, seed: string | number | undefined): Random =>
  new Random(seed === undefined ? undefined : `${purpose}:${seed}`);

/** Starts a local twin of Clerk's Backend API. It seeds when the first request comes, so the start costs little. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', now = Date.now, randomSeed, seed = 'empty', log = () => {}, state } = options;
  const stored = state === undefined ? undefined : await openState(state);
  const secretKey = options.secretKey ?? stored?.kept?.secretKey ?? `sk_test_${chance('key', randomSeed).base62(SECRET_LETTERS)}`;
  const faults = new Faults({ operations, random: chance('faults', randomSeed) });
  if (options.faults !== undefined) await faults.begin(options.faults);
  const rateLimit = options.rateLimit === true ? new RateLimit(() => performance.now()) : undefined;
  let origin = '';

  const open = async (): Promise<Instance> => {
    const kept = stored?.takeKept();
    const instance = new Instance({ now, randomSeed, origin, id: kept?.instanceId });
    if (kept !== undefined) await stored?.restore(instance, kept);
    else await plantSeed(instance, seed);
    await stored?.begin(instance, secretKey);
    return instance;
  };
  const app = createApp({
    operations,
    secretKey,
    faults,
    now,
    open,
    middlewares: [...(rateLimit ? [rateLimit.middleware] : []), faults.middleware, ...(options.middlewares ?? [])],
    keep: async () => stored?.commit(),
    onReset: () => {
      rateLimit?.clear();
      faults.reset();
    },
    log,
  });
  const handle = async (request: SandboxRequest): Promise<SandboxResponse> => {
    const response = await app.handle(request);
    options.onExchange?.(request, response);
    return response;
  };
  const { server, port: actualPort } = await listen(handle, host, port);
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
  const end = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      server.closeAllConnections();
    });
    await stored?.close();
  };
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ended ??= end();
    return ended;
  };
  // A seed or a file of the caller's own is read at once, so that its faults show at the start.
  if (typeof seed === 'object' || stored !== undefined) {
    await app.instance().catch(async (error: unknown) => {
      await close();
      throw error;
    });
  }
  return {
    url: `${origin}/v1`,
    origin,
    secretKey,
    close,
  };
}

async function plantSeed(instance: Instance, seed: NonNullable<SandboxOptions['seed']>): Promise<void> {
  if (seed === 'empty') return;
  const { plant } = await import('./seed/plant.js');
  plant(instance, seed === 'demo' ? (await import('./seed/demo.js')).demo(instance.now()) : seed);
}

const openState = async (path: string): Promise<StateFile> => (await import('./state/file.js')).StateFile.open(path);
