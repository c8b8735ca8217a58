import { basename, dirname, join } from 'node:path';
import { seedProblem } from '../../app/upstream.js';
import { loadSandboxValues } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { FileLockedError, lockFile } from '../../platform/file-lock.js';
import { fileProblem } from '../../platform/file-problem.js';
import { expandHome } from '../../platform/home.js';
import { parseJsonText } from '../../platform/json-text.js';
import { createLogger, type Logger } from '../../platform/logger.js';
import { readText } from '../../platform/read-text.js';
import { isSystemError } from '../../platform/system-error.js';
import type { SandboxOptions } from '../../sandbox/options.js';
import { SeedError } from '../../sandbox/seed/description.js';
import { readSeed } from '../../sandbox/seed/read-seed.js';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { StateError } from '../../sandbox/state/format.js';
import { listenProblem } from '../listen-problem.js';
import { openBar } from '../progress-bar.js';
import { whenAskedToEnd } from '../stop-signals.js';
import { EXIT, type Flags, print } from './command.js';

const DEFAULT_PORT = 5775;

/** Serves the sandbox for other programs until a signal comes, then ends the process. */
export async function sandbox(flags: Flags): Promise<never> {
  const {
    seed = 'demo',
    state,
    now,
    randomSeed,
    faults,
    rateLimit = false,
    webhook,
    webhookSecret,
    port = DEFAULT_PORT,
    logLevel,
  } = loadSandboxValues(flags);
  const logger = createLogger(logLevel);
  const interrupted = new AbortController();
  const signalled = new Promise<NodeJS.Signals>((resolve) =>
    whenAskedToEnd((signal) => {
      interrupted.abort();
      resolve(signal);
    }),
  );
  const given = { seed: seedOf(seed), faults: faults === undefined ? undefined : await readFaults(faults) };
  const unlock = state === undefined ? async () => {} : await lockState(state);
  const bar = await openBar({ of: 'entries' });
  const served = await start(
    {
      port,
      rateLimit,
      seed: given.seed,
      log: (message, error) => logger.error({ err: error }, message),
      onFilled: (done) => {
        bar.take(done);
        interrupted.signal.throwIfAborted();
      },
      ...(state === undefined ? {} : { state }),
      ...(now === undefined ? {} : { now: () => now }),
      ...(randomSeed === undefined ? {} : { randomSeed }),
      ...(given.faults === undefined ? {} : { faults: given.faults }),
      ...(webhook === undefined ? {} : { webhooks: [{ url: webhook, ...(webhookSecret && { secret: webhookSecret }) }] }),
    },
    seed,
    unlock,
  )
    .catch((error: unknown) => {
      if (!interrupted.signal.aborted) throw error;
    })
    .finally(bar.end);
  if (served === undefined) {
    logger.info({ signal: await signalled }, 'stopping');
    process.exit(EXIT.interrupted);
  }
  // Lines that a shell or an .env file can take, for other programs. The key is the sandbox's own and opens nothing else.
  const publishableKey = await served.publishableKey();
  const lines = [
    `CLERK_API_URL=${served.origin}`,
    `CLERK_SECRET_KEY=${served.secretKey}`,
    ...(webhook === undefined ? [] : [`CLERK_WEBHOOK_SIGNING_SECRET=${await secretOfFirst(served)}`]),
    `CLERK_PUBLISHABLE_KEY=${publishableKey}`,
  ];
  print(`${lines.join('\n')}\n`);
  logger.info({ url: served.url, seed, state }, 'serving the sandbox');
  const signal = await signalled;
  logger.info({ signal }, 'stopping');
  process.exit(await stop(served, unlock, logger));
}

/** The secret that signs the events for the receiver named at the start. */
async function secretOfFirst(served: Sandbox): Promise<string> {
  const app = await served.app();
  return app.webhooks.endpoints(await app.instance())[0]?.secret ?? '';
}

/** @throws ConfigError */
function seedOf(seed: string): NonNullable<SandboxOptions['seed']> {
  try {
    return seed === 'demo' || seed === 'empty' ? seed : readSeed(seed);
  } catch (error) {
    throw error instanceof SeedError ? new ConfigError(seedProblem(seed, error)) : error;
  }
}

/** @throws ConfigError, StateError, FaultsError */
async function start(options: SandboxOptions, seed: string, unlock: () => Promise<void>): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    await unlock();
    if (error instanceof SeedError) throw new ConfigError(seedProblem(seed, error));
    if (error instanceof StateError) throw new ConfigError(`--state: ${error.message.replace(/\.?$/, '.')}`);
    if (!isSystemError(error)) throw error;
    throw new ConfigError(listenProblem(error, '127.0.0.1', options.port ?? DEFAULT_PORT));
  }
}

async function stop(served: Sandbox, unlock: () => Promise<void>, logger: Logger): Promise<number> {
  try {
    await served.close();
    return EXIT.ok;
  } catch (error) {
    logger.error({ err: error }, 'the state could not be kept');
    return EXIT.failed;
  } finally {
    await unlock();
  }
}

/** Two processes on one state file would each undo what the other wrote. @throws ConfigError */
async function lockState(path: string): Promise<() => Promise<void>> {
  try {
    return await lockFile(path);
  } catch (error) {
    if (isSystemError(error)) throw new ConfigError(`--state: ${path} cannot be written: ${fileProblem(error, 'write')}.`);
    if (!(error instanceof FileLockedError)) throw error;
    const name = `${basename(path)}.lock`;
    throw new ConfigError(
      `--state: another process keeps its sandbox in ${path}. Give each its own file; if that process is gone, remove ${join(dirname(path), name)}.`,
    );
  }
}

/** Takes JSON, or the name of a JSON file. @throws ConfigError */
async function readFaults(given: string): Promise<unknown> {
  try {
    if (/^\s*[[{]/.test(given)) return parseJsonText(given);
  } catch (error) {
    throw new ConfigError(`--faults: ${errorMessage(error)}.`);
  }
  try {
    return parseJsonText(await readText(expandHome(given)));
  } catch (error) {
    throw new ConfigError(`--faults: ${given} cannot be read: ${fileProblem(error, 'read')}.`);
  }
}
