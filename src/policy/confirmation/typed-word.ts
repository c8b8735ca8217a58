/** Forgives spaces, the quotes that the question puts around the word, and the two ways to write an accented letter. */
export const normalizeWord = (word: string): string =>
  word
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^"(.*)"$/u, '$1')
    .trim();

/** Whether what a person typed is the word that they were asked for. */
export const isWord = (typed: string | undefined, word: string): boolean =>
  typed !== undefined && normalizeWord(typed) === normalizeWord(word);
