import { createApp } from '../../app/app.js';
import { UnknownToolError } from '../../call/call-types.js';
import { loadConfig } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { createLogger } from '../../platform/logger.js';
import { decodeText } from '../../platform/read-text.js';
import { scrub } from '../../platform/scrub.js';
import { VERSION } from '../../platform/version.js';
import type { Waiting } from '../../policy/policy-types.js';
import { ownCommand } from '../own-command.js';
import { parseJsonArguments } from './arguments.js';
import { EXIT, type Flags, GRACE_MS, print } from './command.js';

/** Makes one call on the road of all calls: the answer goes to stdout, an error or a refusal to stderr. */
export async function call(name: string, json: string, flags: Flags): Promise<void> {
  const args = parseJsonArguments(json === '-' ? await readStdin() : json);
  const config = loadConfig({ logLevel: 'warn', ...flags });
  const app = await createApp({
    config,
    logger: createLogger(config.values.logLevel),
    allowLocalFiles: true,
    filesDir: config.values.filesDir,
    serveApprovals: 'loopback',
    ownCommand: ownCommand(process.argv[1] ?? ''),
  });
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  try {
    const caller = { name: 'local', transport: 'cli' as const, clientName: 'clerk-mcp call', clientVersion: VERSION };
    const outcome = await app.calls.call({
      name,
      arguments: args,
      caller,
      canAsk: false,
      signal: interrupted.signal,
      onWaiting: tellWaiting,
    });
    switch (outcome.kind) {
      case 'done':
        print(`${outcome.text}\n`);
        break;
      case 'ask':
      case 'link':
        throw new Error('the policy asks a person, but there is no one to ask here');
      default:
        process.stderr.write(`${scrub(outcome.text)}\n`);
        process.exitCode = EXIT[outcome.kind];
    }
  } catch (error) {
    throw error instanceof UnknownToolError ? new ConfigError(error.message) : error;
  } finally {
    await app.close(GRACE_MS);
  }
}

export const tellWaiting = ({ id, link }: Waiting): void => {
  process.stderr.write(`Waits for a person to approve it: ${link ?? `clerk-mcp approvals approve ${id}`}\n`);
};

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  try {
    return decodeText(Buffer.concat(chunks));
  } catch (error) {
    throw new ConfigError(`The arguments on stdin cannot be read: ${errorMessage(error)}.`);
  }
}
