/** Writes the table of docs/risks.md anew: `npm run docs:risks`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderRisks } from './risks-table.js';

const page = new URL('../docs/risks.md', import.meta.url);
writeFileSync(page, renderRisks(readFileSync(page, 'utf8')));
