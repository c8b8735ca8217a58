import { type Html, html } from '../../../pages/html.js';
import { plain } from '../../../platform/plain-text.js';

/** A field of a filter form, filled in as it was sent. */
export const filterField = (name: string, label: string, query: URLSearchParams, type = 'text'): Html =>
  html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" value="${query.get(name) ?? ''}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200"></div>`;

/** A choice in such a form. @param words the labels of the values */
export const filterOptions = <T extends string>(
  name: string,
  label: string,
  values: readonly T[],
  query: URLSearchParams,
  words?: Readonly<Record<T, string>>,
): Html =>
  html`<div><label for="${name}">${label}</label><select id="${name}" name="${name}"><option value="">any</option>${values.map(
    (value) =>
      html`<option value="${value}"${value === query.get(name) && html` selected`}>${words?.[value] ?? plain(value)}</option>`,
  )}</select></div>`;
