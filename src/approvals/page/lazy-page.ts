import type { ApprovalsPage } from '../handler.js';
import type { PageOptions } from './page.js';

/** The page, loaded when it is first opened. */
export function lazyPage(options: PageOptions): ApprovalsPage {
  let page: Promise<ApprovalsPage> | undefined;
  return async (request, path) => {
    page ??= import('./page.js').then(({ createPage }) => createPage(options));
    return (await page)(request, path);
  };
}
