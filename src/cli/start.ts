import { isatty } from 'node:tty';
import { inspect } from 'node:util';
import { fileProblem } from '../platform/file-problem.js';
import { scrub } from '../platform/scrub.js';
import { UserError } from '../platform/user-error.js';
import { EXIT } from './commands/command.js';
import { stdio } from './commands/stdio.js';
import { complain } from './complain.js';
import { readFlags } from './flags.js';

/**
 * Carries out the command line. Everything a server over stdio needs is bundled into one file with this, so that a start
 * reads no other.
 * @param onListed called when a client over stdio first asks for the tools
 */
export async function main(argv: readonly string[], onListed: () => void): Promise<void> {
  watchReaders();
  try {
    const flags = readFlags(argv.slice(2));
    if (flags === undefined) await (await import('./program.js')).runProgram(argv, onListed);
    else if (isatty(0)) await (await import('./commands/welcome.js')).welcome(flags);
    else await stdio(flags, onListed);
  } catch (error) {
    if (error instanceof UserError) {
      complain(error.message);
      process.exitCode = EXIT.usage;
    } else {
      process.stderr.write(`${scrub(inspect(error))}\n`);
      process.exit(EXIT.failed);
    }
  }
}

/**
 * A reader that has read enough, such as `head`, is not a failure, and there is nothing to say. A full disk is one.
 */
function watchReaders(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`clerk-mcp: stdout cannot be written: ${fileProblem(error, 'write')}.\n`);
    process.exitCode = EXIT.failed;
  });
}
