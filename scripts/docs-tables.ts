/** Writes what the pages of docs/ and the library's options tell from the code anew: `npm run docs:tables`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderLibraryOptions } from './library-options.js';
import { pages, renderPage } from './page-tables.js';

const rewrite = (path: string, render: (text: string) => string): void => {
  const file = new URL(`../${path}`, import.meta.url);
  writeFileSync(file, render(readFileSync(file, 'utf8')));
};
for (const page of pages) rewrite(page, (text) => renderPage(page, text));
rewrite('src/app/fetch-handler-options.ts', renderLibraryOptions);
