import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What programs start instead of a browser: it writes down the address. */
export interface Opener {
  readonly env: Readonly<Record<string, string>>;
  /** The addresses that were to be opened so far. */
  readonly addresses: () => Promise<string[]>;
}

/** @param folder where nothing else is named `xdg-open` */
export async function makeOpener(folder: string): Promise<Opener> {
  const handed = join(folder, 'handed');
  const opener = join(folder, 'xdg-open');
  await writeFile(handed, '');
  await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${handed}'\n`);
  await chmod(opener, 0o700);
  return {
    env: { PATH: `${folder}:${process.env.PATH ?? ''}`, BROWSER: opener },
    addresses: async () => (await readFile(handed, 'utf8')).split('\n').filter((line) => line !== ''),
  };
}
