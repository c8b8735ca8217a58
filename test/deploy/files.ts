import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Config, type HttpValues, loadConfig, loadHttpValues } from '../../src/config/config.js';
import { HTTP_OPTIONS } from '../../src/config/http-options.js';
import { OPTIONS } from '../../src/config/server-options.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const DEPLOY = `${ROOT}deploy`;

export const readDeployed = (name: string): string => readFileSync(`${DEPLOY}/${name}`, 'utf8');

/** What a deployment gives the program. */
interface Started {
  readonly env: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

const FLAGS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...OPTIONS, ...HTTP_OPTIONS }).map(([name, { flag }]) => [flag.split(' ')[0] ?? '', name]),
);

/**
 * The settings as the program itself reads them from what a deployment gives it: a variable or a flag that does not
 * exist, or a value that is refused, fails.
 */
export async function settingsOf({ env, flags = [] }: Started): Promise<Config & { http: HttpValues }> {
  const key = await scratchFile(await scratchDirectory(), 'sk_test_deployed');
  const given: Record<string, string> = {};
  for (let at = 0; at < flags.length; at += 2) {
    const flag = flags[at] ?? '';
    const name = FLAGS.get(flag);
    expect(name, `${flag} is a flag of the program`).toBeDefined();
    given[name ?? flag] = flags[at + 1] ?? '';
  }
  expect(env).toHaveProperty('CLERK_SECRET_KEY_FILE');
  const environment = { ...env, CLERK_SECRET_KEY_FILE: key };
  return { ...loadConfig(given, environment), http: loadHttpValues(given, environment) };
}
