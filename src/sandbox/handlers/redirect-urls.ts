import { deletes, gets } from '../domain/found.js';
import { answers, type Handlers } from '../handler.js';
import { lists } from '../list.js';
import { redirectUrls } from '../resources/redirect-url.js';
import { duplicateRecord, malformedParam } from '../sandbox-error.js';

/** Schemes that a browser would run or read instead of going there. */
const UNSAFE = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:']);

/** `https://…`, `my-app://…`, or `http://…` on this machine. @throws SandboxError */
function parseRedirect(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const fits = url !== undefined && /^[^:]+:\/\/./.test(text) && !UNSAFE.has(url.protocol) && (url.protocol !== 'http:' || local);
  if (fits) return text;
  throw malformedParam('url', 'url must begin with https:// or a scheme of an app, such as my-app://callback.');
}

export const redirectUrlsHandlers: Handlers = {
  RedirectUrLs_listAll: lists(redirectUrls, { envelope: 'bare' }),
  RedirectUrLs_getById: gets(redirectUrls, 'id'),
  RedirectUrLs_removeById: deletes(redirectUrls, { param: 'id' }),

  RedirectUrLs_createNewUrl: answers(({ instance, body }) => {
    const url = parseRedirect(body.url);
    if (instance.one(redirectUrls, 'url', url) !== undefined) throw duplicateRecord(redirectUrls.title, url);
    return redirectUrls.show(instance.insert(redirectUrls, { url }), instance);
  }),
};
