/** Writes what is told from the code in the README, docs/architecture.md and the library's options anew: `npm run readme`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderLibraryOptions } from './library-options.js';
import { renderArchitecture, renderReadme } from './readme-tables.js';

const rewrite = (path: string, render: (text: string) => string): void => {
  const file = new URL(`../${path}`, import.meta.url);
  writeFileSync(file, render(readFileSync(file, 'utf8')));
};
rewrite('README.md', renderReadme);
rewrite('docs/architecture.md', renderArchitecture);
rewrite('src/app/fetch-handler-options.ts', renderLibraryOptions);
