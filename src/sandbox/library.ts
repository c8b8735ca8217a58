import type { Sandbox, StartOptions } from './library-types.js';
import { startSandbox as start } from './start-sandbox.js';

export type { Sandbox, SandboxDelivery, SandboxRequestRecord, StartOptions } from './library-types.js';

/** Starts a sandbox for the tests of an application. Rejects where the seed, the faults or the state file are wrong. */
export async function startSandbox(options: StartOptions = {}): Promise<Sandbox> {
  const served = await start(options);
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
    cookies: async (sessionId, { origin }) => {
      const { signedInCookies } = await import('./domain/client-tokens.js');
      return signedInCookies(await app.instance(), sessionId, origin);
    },
    stop: () => served.close(),
  };
}
