/** Writes server.json anew: `npm run server-json`. */
import { writeFileSync } from 'node:fs';
import { renderServerJson } from './server-manifest.js';

writeFileSync(new URL('../server.json', import.meta.url), renderServerJson());
