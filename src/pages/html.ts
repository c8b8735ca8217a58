/** Markup that may go into a page as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may go into markup. Text is escaped; `undefined` and `false` add nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/** Markup from a template. Everything put into it is escaped, except markup. Attributes must be in quotes. */
export const html = (markup: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(markup.map((text, nth) => text + (nth < parts.length ? written(parts[nth]) : '')).join(''));

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function written(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(written).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
