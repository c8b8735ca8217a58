import { ConfigError } from '../../config/config-error.js';
import { fileProblem } from '../../platform/file-problem.js';
import { expandHome } from '../../platform/home.js';
import { decodeText, readText } from '../../platform/read-text.js';

/**
 * The text of a file, or of stdin where `-` stands for it.
 * @param what names it in an error: `--batch`
 * @throws ConfigError
 */
export async function readInput(file: string, what: string): Promise<string> {
  const path = expandHome(file);
  try {
    return file === '-' ? decodeText(await readStdin()) : await readText(path);
  } catch (error) {
    throw new ConfigError(`${what}: ${file === '-' ? 'stdin' : path} cannot be read: ${fileProblem(error, 'read')}.`);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
