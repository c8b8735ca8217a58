import { operations } from '../../tools/index.js';
import { createApp } from './app.js';
import type { Middleware } from './exchange.js';
import { listen } from './http.js';
import { Instance } from './instance.js';
import { Random } from './random.js';
import type { SeedDescription } from './seed/description.js';

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
  /** Stand between the key check and the operations. */
  readonly middlewares?: readonly Middleware[];
  /** Told when something fails inside. Default: nobody is. */
  readonly log?: (message: string, error?: unknown) => void;
}

export interface Sandbox {
  /** Base address of the API: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** Without `/v1`; the sandbox's own addresses are under `/_sandbox` here. */
  readonly origin: string;
  readonly secretKey: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

const SECRET_LETTERS = 42;

/** Starts a local twin of Clerk's Backend API. It seeds when the first request comes, so the start costs little. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', now = Date.now, randomSeed, seed = 'empty', log = () => {} } = options;
  const keySeed = randomSeed === undefined ? undefined : `key:${randomSeed}`;
  const secretKey = options.secretKey ?? `sk_test_${new Random(keySeed).base62(SECRET_LETTERS)}`;
  let origin = '';
  const open = async (): Promise<Instance> => {
    const instance = new Instance({ now, randomSeed, origin });
    if (seed !== 'empty') {
      const { plant } = await import('./seed/plant.js');
      const description = seed === 'demo' ? (await import('./seed/demo.js')).demo(now()) : seed;
      plant(instance, description);
    }
    return instance;
  };
  const app = createApp({ operations, secretKey, now, open, middlewares: options.middlewares ?? [], log });
  const { server, port: actualPort } = await listen(app.handle, host, port);
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
  const close = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      server.closeAllConnections();
    });
  // A seed of the caller's own is planted at once, so that its faults show at the start.
  if (typeof seed === 'object') {
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
