#!/usr/bin/env node
import { EXIT } from './commands/command.js';

/** Errors that a person mends at the command line or in a file: their message is all that is printed. */
const MENDABLE = new Set([
  'ConfigError',
  'PatternError',
  'SecretsDirError',
  'SeedError',
  'StateError',
  'FaultsError',
  'ClientConfigError',
]);

try {
  // Most hosts start it with the environment alone: there is no command line to read then, so that nothing is loaded for it.
  if (process.argv.length === 2) await (await import('./commands/stdio.js')).stdio({});
  else await (await import('./program.js')).runProgram(process.argv);
} catch (error) {
  if (!(error instanceof Error && MENDABLE.has(error.name))) throw error;
  process.stderr.write(`clerk-mcp: ${error.message}\n`);
  process.exitCode = EXIT.usage;
}
