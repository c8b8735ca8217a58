#!/usr/bin/env node
import { join } from 'node:path';
import { load } from './cli/code-cache.js';

const { exports: start, keep } = load<typeof import('./cli/start.js')>(join(import.meta.dirname, 'start.js'));

// In the turn after the first list was sent: by then V8 has compiled everything that a start needs.
void start.main(process.argv, () => keep && setImmediate(() => setImmediate(keep)));
