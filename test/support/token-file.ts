import { createHash } from 'node:crypto';
import { scratchFile } from './scratch.js';

/** What a caller of this name shows. Good enough for tests: it has no chance in it. */
export const tokenOf = (name: string): string => `cmcp_token-of-${name}`;

/** The content of a file of tokens by which each of the names may do everything. */
export const tokenEntries = (names: readonly string[]): { tokens: object[] } => ({
  tokens: names.map((name) => ({
    name,
    sha256: createHash('sha256').update(tokenOf(name)).digest('hex'),
    role: 'admin',
  })),
});

/** A new file of tokens. Answers with its path. */
export const tokenFile = (directory: string, names: readonly string[]): Promise<string> =>
  scratchFile(directory, tokenEntries(names));
