import { statSync } from 'node:fs';
import type { EnvironmentParts } from '../../config/config.js';
import { type Finding, fault, ok, warning } from './finding.js';

const OTHERS = 0o077;

/** Whether the key belongs to one machine; it then allows only operations with M2M tokens. */
export const isMachineKey = (key: string): boolean => key.startsWith('ak_');

export function kindOf(key: string): string {
  if (isMachineKey(key)) return 'The secret key of one machine (ak…), with which only the tools for M2M tokens work';
  return key.startsWith('sk_live_')
    ? 'The secret key of a live instance (sk_live…)'
    : 'The secret key of a test instance (sk_test…)';
}

/** A warning where others on this machine may read the file of a key. @param what the key is */
export function readByOthers(keyFile: string, what: string): Finding | undefined {
  if (process.platform === 'win32' || (statSync(keyFile).mode & OTHERS) === 0) return undefined;
  return warning('key', `${what}, from a file that others on this machine may read or write.`, `chmod 600 ${keyFile}`);
}

/** Checks the key's form and says where it comes from. Never shows the key. */
export function checkKey({ secretKey, keyFile }: EnvironmentParts): Finding {
  try {
    const what = kindOf(secretKey());
    if (keyFile === undefined) return ok('key', `${what}, from CLERK_SECRET_KEY.`);
    return readByOthers(keyFile, what) ?? ok('key', `${what}, from ${keyFile}.`);
  } catch (error) {
    return fault('key', error);
  }
}
