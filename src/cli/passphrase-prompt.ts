import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ConfigError } from '../config/config-error.js';

/** Hides what is typed. */
const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Whether a person is at the terminal. */
export const isAtTerminal = (): boolean => process.stdin.isTTY === true;

/** Asks at the terminal. @throws ConfigError where there is none */
export async function ask(question: string, hidden = false): Promise<string> {
  if (!isAtTerminal())
    throw new ConfigError('This asks at a terminal, and stdin is not one. --passphrase-stdin reads from it all the same.');
  // Created before the question is shown, so that the terminal never echoes the answer.
  const lines = createInterface({ input: process.stdin, output: hidden ? silent() : process.stderr, terminal: true });
  if (hidden) process.stderr.write(question);
  // On Ctrl+C, or when the terminal goes away.
  const left = new Promise<never>((_, reject) => lines.once('close', () => reject(new ConfigError('No answer was given.'))));
  left.catch(() => {});
  try {
    return await Promise.race([lines.question(hidden ? '' : question), left]);
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** The first line of stdin. */
export async function firstLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 10_000) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}
