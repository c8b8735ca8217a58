import { statSync } from 'node:fs';
import type { EnvironmentParts } from '../../config/config.js';
import { type Finding, fault, ok, warning } from './finding.js';

const OTHERS = 0o077;

/** Whether the key belongs to one machine; it then allows only operations with M2M tokens. */
export const isMachineKey = (key: string): boolean => key.startsWith('ak_');

function kindOf(key: string): string {
  if (isMachineKey(key)) return 'The secret key of one machine (ak…), with which only the tools for M2M tokens work';
  return key.startsWith('sk_live_')
    ? 'The secret key of a live instance (sk_live…)'
    : 'The secret key of a test instance (sk_test…)';
}

/** Checks the key's form and says where it comes from. Never shows the key. */
export function checkKey({ secretKey, keyFile }: EnvironmentParts): Finding {
  try {
    const what = kindOf(secretKey());
    if (keyFile === undefined) return ok('key', `${what}, from CLERK_SECRET_KEY.`);
    const readByOthers = process.platform !== 'win32' && (statSync(keyFile).mode & OTHERS) !== 0;
    return readByOthers
      ? warning('key', `${what}, from a file that others on this machine may read or write.`, `chmod 600 ${keyFile}`)
      : ok('key', `${what}, from ${keyFile}.`);
  } catch (error) {
    return fault('key', error);
  }
}
