/** Writes the tables of docs/hosts.md anew: `npm run docs:hosts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderHosts } from './hosts-table.js';

const page = new URL('../docs/hosts.md', import.meta.url);
writeFileSync(page, renderHosts(readFileSync(page, 'utf8')));
