import { createHmac, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createPrivateFile, openPrivateFile } from '../../platform/private-file.js';
import { putInPlace } from '../../platform/put-in-place.js';
import { readText } from '../../platform/read-text.js';
import { hideFromNowOn } from '../../platform/scrub.js';
import { UserError } from '../../platform/user-error.js';

const FORM = /^[\w+/=-]{32,}$/;
const SUFFIX = '.key';
const SIGNATURE_DIGITS = 32;

/** What the lines of a log are signed with: write access to the log alone is not enough to forge a line. */
export interface AuditKey {
  readonly secret: string;
  /** The key's own file; `undefined` if the key comes from the environment. */
  readonly file: string | undefined;
  /** Whether it has just been made. */
  readonly isNew?: boolean;
}

/** First 32 hex digits of the HMAC-SHA256 of a text, different for each purpose. */
export const signatureOf = (key: string, purpose: 'line' | 'head', text: string): string =>
  createHmac('sha256', key).update(`clerk-mcp audit ${purpose} 1\0`).update(text).digest('hex').slice(0, SIGNATURE_DIGITS);

/**
 * The key beside a log. The process that holds the log's lock makes one, with mode 0600, if there is none.
 * @throws UserError when the file is not a key, or is a link
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
  // A killed process may have left a draft. Renaming puts the key in place in one step, so that there is never half of one.
  await rm(draft, { force: true });
  const fresh = await createPrivateFile(draft);
  try {
    await fresh.writeFile(`${secret}\n`);
    await fresh.sync();
  } finally {
    await fresh.close();
  }
  await putInPlace(draft, file);
  hideFromNowOn(secret);
  return { secret, file, isNew: true };
}

/**
 * The key for reading a log: the one beside the file or, if a rotation renamed the file (`audit.log.1`), beside the log
 * whose name it begins with. `undefined` if there is none.
 * @throws UserError when it cannot be read, or is not a key
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

/** Whether the key belongs to this very file, which is then the log that a server writes and not a renamed one. */
export const isBeside = ({ file }: AuditKey, log: string): boolean =>
  file === undefined || basename(file) === `${basename(log)}${SUFFIX}`;

function checked(text: string, file: string): string {
  const secret = text.trim();
  if (!FORM.test(secret)) throw new UserError(`${file} does not hold a key: restore it, or move it and its log away`);
  hideFromNowOn(secret);
  return secret;
}
