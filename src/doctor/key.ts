import { statSync } from 'node:fs';
import type { EnvironmentParts } from '../config.js';
import { type Finding, fault, ok, warning } from './finding.js';

const OTHERS = 0o077;

/** The form of the key and where it comes from; never the key. */
export function checkKey({ secretKey, keyFile }: EnvironmentParts): Finding {
  try {
    const live = secretKey().startsWith('sk_live_');
    const what = live ? 'The secret key of a live instance (sk_live…)' : 'The secret key of a test instance (sk_test…)';
    if (keyFile === undefined) return ok('key', `${what}, from CLERK_SECRET_KEY.`);
    const readByOthers = process.platform !== 'win32' && (statSync(keyFile).mode & OTHERS) !== 0;
    return readByOthers
      ? warning('key', `${what}, from a file that others on this machine may read or write.`, `chmod 600 ${keyFile}`)
      : ok('key', `${what}, from ${keyFile}.`);
  } catch (error) {
    return fault('key', error);
  }
}
