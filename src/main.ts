#!/usr/bin/env node
import { join } from 'node:path';
import { load } from './cli/code-cache.js';

/** The build adds what loads the modules that no start needs. */
type Start = typeof import('./cli/start.js') & { readonly loadLater: () => void };

const { exports: start, keep } = load<Start>(join(import.meta.dirname, 'start.js'));

/** What a client asks for right after the list comes before the modules of calls; a call that comes sooner loads them itself. */
const LATER_MS = 200;

/** By then V8 has compiled everything that a start needs. */
function onListed(): void {
  if (keep !== undefined) setImmediate(keep);
  setTimeout(start.loadLater, LATER_MS).unref();
}

void start.main(process.argv, onListed);
