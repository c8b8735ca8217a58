import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { draftOf, openPrivateFile, replacePrivateFile, writePrivateFile } from '../../platform/private-file.js';
import { hideFromNowOn } from '../../platform/scrub.js';
import { UserError } from '../../platform/user-error.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
const SIGNATURE_DIGITS = 32;
const KEY_FILE = 'state.key';
const HOUR_MS = 3_600_000;
const KEY_FORM = /^[\w-]{43}$/;

/**
 * Texts in a folder, each sealed with AES-256-GCM under its own name: without the key, access to the folder is not enough to
 * read one, change it or swap it for another.
 */
export class Vault {
  readonly dir: string;
  readonly #key: Buffer;
  readonly #sweptAt = new Map<string, number>();

  private constructor(dir: string, key: Buffer) {
    this.dir = dir;
    this.#key = key;
  }

  /**
   * @param secret the source of the key, 32 characters or more. Default: `state.key` in the folder, made if there is none
   * @throws UserError
   */
  static async open(dir: string, secret: string | undefined): Promise<Vault> {
    const own = secret ?? (await keyFile(join(dir, KEY_FILE)));
    return new Vault(dir, Buffer.from(hkdfSync('sha256', own, '', 'clerk-mcp state 1', 32)));
  }

  seal(name: string, text: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** `undefined` for a text that was not sealed here under this name. */
  unseal(name: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed.trim(), 'base64url');
    if (bytes.length < NONCE + TAG) return undefined;
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, NONCE)).setAAD(Buffer.from(name));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }

  /** A signature that takes the key to make. */
  signature(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex').slice(0, SIGNATURE_DIGITS);
  }

  damaged(path: string): UserError {
    return new UserError(
      `${path} was changed, or was written with another key: give the key that it was written with (CLERK_MCP_SIGNING_KEY, or ${KEY_FILE} beside it)`,
    );
  }

  /** Replaces a file in one step, and flushes it to the disk. */
  async write(name: string, text: string): Promise<void> {
    await replacePrivateFile(join(this.dir, name), this.seal(name, text));
    await syncFolder(this.dir);
  }

  /** `undefined` if there is none. @throws UserError for a file that was changed, or sealed with another key */
  async read(name: string): Promise<string | undefined> {
    const path = join(this.dir, name);
    const sealed = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (sealed === undefined) return undefined;
    const text = this.unseal(name, sealed);
    if (text === undefined) throw this.damaged(path);
    return text;
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.dir, name), { force: true });
  }

  /** The files whose names begin like this, last written first. */
  async newest(prefix: string): Promise<readonly { readonly name: string; readonly at: number }[]> {
    const names = (await readdir(this.dir)).filter((name) => name.startsWith(prefix) && !name.endsWith('.new'));
    const files: { readonly name: string; readonly at: number }[] = [];
    for (const name of names) {
      const stats = await stat(join(this.dir, name)).catch(() => undefined);
      if (stats !== undefined) files.push({ name, at: stats.mtimeMs });
    }
    return files.sort((one, other) => other.at - one.at);
  }

  /** Removes older files whose names begin like this; looks at most once an hour. */
  async sweep(prefix: string, keptMs: number): Promise<void> {
    const now = Date.now();
    if (now - (this.#sweptAt.get(prefix) ?? 0) < HOUR_MS) return;
    this.#sweptAt.set(prefix, now);
    for (const { name, at } of await this.newest(prefix)) if (at + keptMs < now) await this.remove(name);
  }
}

async function keyFile(path: string): Promise<string> {
  for (;;) {
    const found = await openPrivateFile(path, { create: false }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (found !== undefined) {
      const secret = (await found.readFile('utf8').finally(() => found.close())).trim();
      if (!KEY_FORM.test(secret))
        throw new UserError(`${path} does not hold a key: restore it, or move it and what lies beside it away`);
      hideFromNowOn(secret);
      return secret;
    }
    await makeKey(path);
  }
}

/** Made in one step, so that there is never half a key; if two processes make one, only one wins. */
async function makeKey(path: string): Promise<void> {
  const draft = draftOf(path);
  await writePrivateFile(draft, `${randomBytes(32).toString('base64url')}\n`);
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
}

/** Makes a new name survive a power cut. Windows cannot do this, and need not. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
