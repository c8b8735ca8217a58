import { createHmac, randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createPrivateFile, openPrivateFile } from '../../platform/private-file.js';
import { readText } from '../../platform/read-text.js';
import { hideFromNowOn } from '../../platform/scrub.js';
import { UserError } from '../../platform/user-error.js';

const FORM = /^[\w+/=-]{32,}$/;
const SUFFIX = '.key';
const SIGNATURE_DIGITS = 32;

/** With what the lines of a log are signed: those who can write to the log but not read this cannot write a line of it. */
export interface AuditKey {
  readonly secret: string;
  /** Of the key; `undefined` where it comes from the environment. */
  readonly file: string | undefined;
  /** Whether it has just been made. */
  readonly isNew?: boolean;
}

/** First 32 hex digits of the HMAC-SHA256 of a text, apart for each purpose. */
export const signatureOf = (key: string, purpose: 'line' | 'head', text: string): string =>
  createHmac('sha256', key).update(`clerk-mcp audit ${purpose} 1\0`).update(text).digest('hex').slice(0, SIGNATURE_DIGITS);

/**
 * The key beside a log, which the process that has the log's lock makes where there is none, of mode 0600.
 * @throws UserError where what is there is no key, or a link
 */
export async function openKey(log: string): Promise<AuditKey> {
  const file = `${log}${SUFFIX}`;
  const draft = `${file}.new`;
  const handle = await openPrivateFile(file, { create: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (handle !== undefined) {
    const text = await handle.readFile('utf8').finally(() => handle.close());
    return { secret: checked(text, file), file };
  }
  const secret = randomBytes(32).toString('base64url');
  // What is left of a kill. In one step, so that there is never half a key.
  await rm(draft, { force: true });
  const fresh = await createPrivateFile(draft);
  try {
    await fresh.writeFile(`${secret}\n`);
    await fresh.sync();
  } finally {
    await fresh.close();
  }
  await rename(draft, file);
  hideFromNowOn(secret);
  return { secret, file, isNew: true };
}

/**
 * The key of a log that is only read: of the file itself, or, where it was renamed in a rotation (`audit.log.1`), of the log
 * that its name begins with. `undefined` where there is none.
 * @throws UserError where it cannot be read, or is none
 */
export async function findKey(log: string): Promise<AuditKey | undefined> {
  const name = basename(log);
  const names = await readdir(dirname(log)).catch(() => []);
  const [nearest] = names
    .filter((each) => each.endsWith(SUFFIX) && name.startsWith(each.slice(0, -SUFFIX.length)))
    .sort((one, other) => other.length - one.length);
  if (nearest === undefined) return undefined;
  const file = join(dirname(log), nearest);
  return { secret: checked(await readText(file), file), file };
}

/** Whether the key stands beside this very file: it is the log that a server writes, not one that was renamed. */
export const isBeside = ({ file }: AuditKey, log: string): boolean =>
  file === undefined || basename(file) === `${basename(log)}${SUFFIX}`;

function checked(text: string, file: string): string {
  const secret = text.trim();
  if (!FORM.test(secret)) throw new UserError(`${file} holds no key: restore it, or move it and its log away`);
  hideFromNowOn(secret);
  return secret;
}
