import { type Html, html } from '../../../pages/html.js';
import type { ExactRequest } from '../../../policy/preview/exact-request.js';

/** Invisible characters, written as JSON escapes. */
const UNSEEN = /(?![\n])[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

/** Text in which a reader sees every character. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (character) =>
    [...character].map((one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`).join(''),
  );

/** JSON in which a reader sees every character. */
export const visibleJson = (value: unknown): string => visible(JSON.stringify(value, null, 2));

/** The request as it will be sent, with secrets masked, ready to unfold. */
export function requestView({ method, path, query, body }: ExactRequest): Html {
  const hasQuery = Object.keys(query).length > 0;
  return html`<details class="card"><summary>The exact request</summary>
<pre tabindex="0" role="region" aria-label="Method and path">${method} ${visible(path)}</pre>
${hasQuery && html`<p class="soft small">Query</p><pre tabindex="0" role="region" aria-label="Query">${visibleJson(query)}</pre>`}
${body === undefined ? html`<p class="soft small">No body is sent.</p>` : html`<p class="soft small">Body; secrets are masked.</p><pre tabindex="0" role="region" aria-label="Body">${visibleJson(body)}</pre>`}
</details>`;
}
