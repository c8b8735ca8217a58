#!/usr/bin/env node
import { join } from 'node:path';
import { load } from './cli/code-cache.js';

const { exports: start, keep } = load<typeof import('./cli/start.js')>(join(import.meta.dirname, 'start.js'));

// In the turn after the first list has been sent: by then everything has been compiled that a start needs.
void start.main(process.argv, () => keep && setImmediate(() => setImmediate(keep)));
