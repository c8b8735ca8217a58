import * as z from 'zod';
import { UserError } from '../platform/user-error.js';
import type { Sandbox, StartOptions } from './library-types.js';
import { type Sandbox as Served, startSandbox as start } from './start-sandbox.js';

export type { Sandbox, SandboxDelivery, SandboxRequestRecord, StartOptions } from './library-types.js';

const isFunction = z.custom<unknown>((given) => typeof given === 'function', 'must be a function');

/** What a caller without types gets wrong. Descriptions are checked where they are read. */
const startOptions = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  secretKey: z.string().regex(/^\S+$/, 'must not be empty').optional(),
  seed: z.union([z.looseObject({}), z.enum(['demo', 'empty'])], "must be a description, 'demo' or 'empty'").optional(),
  now: isFunction.optional(),
  randomSeed: z.union([z.string(), z.number()]).optional(),
  state: z.string().min(1).optional(),
  faults: z.unknown().optional(),
  rateLimit: z.boolean().optional(),
  webhooks: z.unknown().optional(),
  log: isFunction.optional(),
} satisfies Record<keyof StartOptions, z.ZodType>);

/** Starts a sandbox for the tests of an application. Rejects where an option, the seed, the faults or the state file are wrong. */
export async function startSandbox(options: StartOptions = {}): Promise<Sandbox> {
  const checked = startOptions.safeParse(options);
  if (!checked.success) throw new UserError(`startSandbox: ${z.prettifyError(checked.error)}`);
  const served = await start(options).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE'
      ? new UserError(`startSandbox: port ${options.port} is taken. Leave port out for a free one.`)
      : error;
  });
  try {
    return await opened(served);
  } catch (error) {
    await served.close();
    throw error;
  }
}

/** The sandbox with its instance seeded. */
async function opened(served: Served): Promise<Sandbox> {
  const app = await served.app();
  const instance = await app.instance();
  const publishableKey = await app.publishableKey();
  const [endpoint] = app.webhooks.endpoints(instance);
  return {
    address: served.origin,
    secretKey: served.secretKey,
    publishableKey,
    env: {
      CLERK_API_URL: served.origin,
      CLERK_SECRET_KEY: served.secretKey,
      CLERK_PUBLISHABLE_KEY: publishableKey,
      ...(endpoint === undefined ? {} : { CLERK_WEBHOOK_SIGNING_SECRET: endpoint.secret }),
    },
    seed: (description) => app.seed(description),
    reset: () => app.reset(),
    advance: async (ms) => {
      if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError(`the clock goes on by whole milliseconds, not by ${ms}`);
      await app.advance(ms);
    },
    requests: () => app.requests(),
    faults: (...given) => app.faults.replace(given),
    webhooks: () => app.webhooks.sent(),
    messages: async () => {
      const { messages } = await import('./resources/message.js');
      const held = await app.instance();
      return held
        .of(messages)
        .oldestFirst()
        .map((row) => ({ ...messages.show(row, held) }));
    },
    cookies: async (sessionId, { origin } = {}) => {
      const { signedInCookies } = await import('./domain/client-tokens.js');
      return signedInCookies(await app.instance(), sessionId, origin);
    },
    stop: () => served.close(),
  };
}
