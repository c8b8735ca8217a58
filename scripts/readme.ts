/** Writes the tables in the README and in docs/architecture.md anew: `npm run readme`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderArchitecture, renderReadme } from './readme-tables.js';

const rewrite = (path: string, render: (text: string) => string): void => {
  const file = new URL(`../${path}`, import.meta.url);
  writeFileSync(file, render(readFileSync(file, 'utf8')));
};
rewrite('README.md', renderReadme);
rewrite('docs/architecture.md', renderArchitecture);
