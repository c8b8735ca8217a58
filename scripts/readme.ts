/** Writes the README's tables anew: `npm run readme`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderReadme } from './readme-tables.js';

const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, renderReadme(readFileSync(readme, 'utf8')));
