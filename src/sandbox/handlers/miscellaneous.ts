import { trimEnd } from '../../platform/trim-end.js';
import { escapeHtml } from '../domain/interpolate.js';
import { answers, type Handlers } from '../handler.js';
import type { InputsOf } from '../inputs.js';
import { refuse } from '../sandbox-error.js';

type InterstitialQuery = InputsOf<'Miscellaneous_getInterstitialMarkup'>['query'];

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?$/i;

/** The host that a publishable key names: base64 of `host$` after `pk_test_` or `pk_live_`. */
function hostOfKey(key: string): string | undefined {
  const [, encoded] = /^pk_(?:test|live)_([\w+/=-]+)$/.exec(key) ?? [];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('latin1');
  return decoded.endsWith('$') ? decoded.slice(0, -1) : undefined;
}

/** The host of the Frontend API. @throws SandboxError when the query names none. */
function frontendHost(query: InterstitialQuery): string {
  const named = query.frontend_api ?? query.frontendApi;
  const host = named ?? (query.publishable_key === undefined ? undefined : hostOfKey(query.publishable_key));
  if (host !== undefined && HOST.test(host)) return host;
  if (named === undefined && query.publishable_key === undefined) {
    throw refuse(400, 'missing_query_parameter', 'Missing query parameter', 'Give frontend_api or publishable_key in the query.');
  }
  throw refuse(400, 'invalid_query_parameter_value', 'Invalid query parameter', 'frontend_api or publishable_key names no host.');
}

/** Where the script comes from: the proxy, the domain where asked for, or the Frontend API. */
function scriptUrl(query: InterstitialQuery, host: string): string {
  const path = 'npm/@clerk/clerk-js@latest/dist/clerk.browser.js';
  const { proxy_url: proxy, domain } = query;
  if (proxy !== undefined && /^https:\/\//i.test(proxy)) return `${trimEnd(proxy, '/')}/${path}`;
  const own = query.use_domain_for_script === true && domain !== undefined && HOST.test(domain);
  return `https://${own ? `clerk.${domain}` : host}/${path}`;
}

/** What Clerk's script is told on its own tag. */
function page(query: InterstitialQuery, host: string): string {
  const data: Readonly<Record<string, string | undefined>> = {
    'data-clerk-frontend-api': host,
    'data-clerk-publishable-key': query.publishable_key,
    'data-clerk-proxy-url': query.proxy_url,
    'data-clerk-domain': query.domain,
    'data-clerk-sign-in-url': query.sign_in_url,
  };
  const attributes = Object.entries(data)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
    .join('');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<title>One moment</title>',
    `<script async crossorigin="anonymous" src="${escapeHtml(scriptUrl(query, host))}"${attributes}></script>`,
    '<script>addEventListener("load", () => window.Clerk?.load({ isSatellite: false }).then(() => location.reload()))</script>',
    '</head>',
    '<body></body>',
    '</html>',
    '',
  ].join('\n');
}

export const miscellaneousHandlers: Handlers = {
  Miscellaneous_getInterstitialMarkup: answers(({ query }) => page(query, frontendHost(query)), {
    mediaType: 'text/html',
  }),
};
