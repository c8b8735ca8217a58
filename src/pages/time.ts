import { type Html, html } from './html.js';

/** A moment, for people. A page with a script turns it into the browser's own time. */
export const time = (at: number): Html => {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
};
