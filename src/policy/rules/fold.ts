/** Spaces of any kind, control characters, and characters that by Unicode are not drawn. */
const UNSEEN = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A text without the differences between spellings of one name: upper and lower case, spaces, invisible characters, and
 * Unicode's compatible forms (full-width letters, ligatures, composed and decomposed accents).
 */
export const fold = (text: string): string =>
  text.normalize('NFKC').replace(UNSEEN, '').toUpperCase().toLowerCase().normalize('NFKC').replace(UNSEEN, '');
