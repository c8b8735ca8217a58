import { link, lstat, rm } from 'node:fs/promises';
import { catalog } from '../../app/load-catalog.js';
import { instanceId } from '../../app/upstream.js';
import { ClerkClient } from '../../clerk/clerk-client.js';
import { ClerkError } from '../../clerk/errors.js';
import { UpstreamBudget, upstreamAllowance } from '../../clerk/rate-budget.js';
import type { Config } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneConfig } from '../../config/load-configs.js';
import { MemoryCounterStore } from '../../limits/counter-store.js';
import { fileProblem } from '../../platform/file-problem.js';
import { expandHome } from '../../platform/home.js';
import { draftOf, writePrivateFile } from '../../platform/private-file.js';
import { proxyFor } from '../../platform/proxy.js';
import { putInPlace } from '../../platform/put-in-place.js';
import { scrub } from '../../platform/scrub.js';
import { VERSION } from '../../platform/version.js';
import { seedFromApi } from '../../sandbox/seed/from-api.js';
import { complain } from '../complain.js';
import { countOf } from '../count-of.js';
import { errorLines } from '../error-line.js';
import { KeepError, KeptLists } from '../export/kept-lists.js';
import { readInstance } from '../export/read-instance.js';
import { minuteOf } from '../minute-of.js';
import { openBar } from '../progress-bar.js';
import { interruption } from '../stop-signals.js';
import { EXIT, type Flags, print } from './command.js';

/**
 * Reads the instance and writes it as a seed for the sandbox. Changes nothing at Clerk, and overwrites no file. What was
 * read stays beside the file until it is written, so that the same command goes on where one stopped.
 */
export async function exportSeed(given: string, flags: Flags): Promise<void> {
  const config = await loadOneConfig(flags);
  const { secretKey, apiUrl } = config;
  if (secretKey === undefined)
    throw new ConfigError(
      'export reads an instance of Clerk, and this is a sandbox: leave --sandbox out, or name another --instance.',
    );
  const file = expandHome(given);
  await refuseTaken(file);
  const instance = instanceId(apiUrl, secretKey);
  const kept = await KeptLists.open(`${file}.part`, instance, flags.fresh === true);
  const interrupted = interruption();
  const clerk = clientOf(config, secretKey, instance);
  try {
    if (kept.isContinued && kept.total > 0)
      complain(
        `Goes on with the export of ${minuteOf(kept.startedAt)} UTC: ${countOf(kept.total, 'row')} are read. --fresh begins anew.`,
      );
    await carryOut(file, clerk, kept, interrupted, flags.quiet === true);
  } finally {
    await clerk.close();
  }
}

async function carryOut(file: string, clerk: ClerkClient, kept: KeptLists, signal: AbortSignal, isQuiet: boolean): Promise<void> {
  const bar = await openBar({ of: 'users and organizations', isQuiet });
  try {
    const content = await readInstance({
      clerk,
      kept,
      signal,
      tell: bar.isShown ? bar.take : undefined,
    }).finally(bar.end);
    const { seed, omitted } = seedFromApi(content);
    await writeNew(file, `${JSON.stringify(seed, null, 2)}\n`);
    await kept.remove();
    const { users = [], organizations = [] } = seed;
    print(
      `${file}: ${countOf(users.length, 'user')}, ${countOf(organizations.length, 'organization')}. Passwords and second factors stay with Clerk.\n`,
    );
    for (const [what, count] of omitted) print(`left out: ${count} ${what}\n`);
  } catch (error) {
    const goOn = await closed(kept, file);
    if (signal.aborted) {
      complain(`Stopped.${goOn}`);
      process.exitCode = EXIT.interrupted;
    } else if (error instanceof ClerkError) {
      process.stderr.write(`${scrub(errorLines(JSON.stringify(error.toModel())).replace(/( \([^()]*\))$/, `${goOn}$1`))}\n`);
      process.exitCode = EXIT.failed;
    } else if (error instanceof KeepError) {
      complain(`${error.message}${goOn}`);
      process.exitCode = EXIT.failed;
    } else throw error;
  }
}

/** What is read is kept only if there is any. Says how to go on. */
async function closed(kept: KeptLists, file: string): Promise<string> {
  if (kept.total === 0) {
    await kept.remove();
    return '';
  }
  await kept.close();
  return ` ${countOf(kept.total, 'row')} are kept in ${kept.path}: run the same command again to go on to ${file}.`;
}

function clientOf({ apiUrl, instanceKind, values }: Config, secretKey: string, instance: string): ClerkClient {
  const { timeout, connectTimeout, clerkLimit } = values;
  return new ClerkClient({
    baseUrl: apiUrl,
    secretKey,
    userAgent: `clerk-mcp/${VERSION}`,
    catalog,
    proxy: proxyFor(apiUrl),
    budget: new UpstreamBudget({
      counter: new MemoryCounterStore(),
      instance,
      max: upstreamAllowance(instanceKind === 'live' ? 'live' : 'test', clerkLimit),
    }),
    ...(connectTimeout === undefined ? {} : { connectTimeoutMs: connectTimeout }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  });
}

/** Asked before anything is read, since the reading may take long. @throws ConfigError */
async function refuseTaken(file: string): Promise<void> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new ConfigError(`${file} cannot be written: ${fileProblem(error, 'write')}.`);
  });
  if (found === undefined) return;
  throw new ConfigError(
    found.isDirectory() ? `${file} is a folder. Name a file in it.` : `${file} is there already. Give another name.`,
  );
}

/**
 * Writes a file whole or not at all, for its owner alone, since it is personal data.
 * @throws KeepError where it exists by now or cannot be written
 */
async function writeNew(file: string, text: string): Promise<void> {
  const draft = draftOf(file);
  try {
    await writePrivateFile(draft, text);
    // A link, unlike a new name, never takes the place of a file that is there. Some file systems have none.
    await link(draft, file).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      await refuseTaken(file);
      await putInPlace(draft, file);
    });
  } catch (error) {
    throw error instanceof ConfigError ? error : new KeepError(`${file} cannot be written: ${fileProblem(error, 'write')}.`);
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}
