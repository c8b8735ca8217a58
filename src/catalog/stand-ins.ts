import type { Secret } from './resources/marks.js';

/** Those that were given so far; there are no more of them than declared secrets. */
const given = new Set<string>();

/** What an answer that was not confirmed shows in the place of a declared secret. */
export function standInFor({ kind, from }: Secret): string {
  const text = `[secret ${kind}: ${from === undefined ? 'not shown here' : `${from} once confirmed`}]`;
  given.add(text);
  return text;
}

/** Whether a text is exactly one of them, and so this server's own. */
export const isStandIn = (text: string): boolean => given.has(text);
