import { EXIT } from './commands/command.js';
import { stdio } from './commands/stdio.js';
import { readFlags } from './flags.js';

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

/**
 * Carries out the command line. All that a server over stdio needs is in one file with this, so that a start reads no other.
 * @param onListed called when a client over stdio has asked for the tools for the first time
 */
export async function main(argv: readonly string[], onListed: () => void): Promise<void> {
  try {
    const flags = readFlags(argv.slice(2));
    if (flags !== undefined) await stdio(flags, onListed);
    else await (await import('./program.js')).runProgram(argv, onListed);
  } catch (error) {
    if (!(error instanceof Error && MENDABLE.has(error.name))) throw error;
    process.stderr.write(`clerk-mcp: ${error.message}\n`);
    process.exitCode = EXIT.usage;
  }
}
