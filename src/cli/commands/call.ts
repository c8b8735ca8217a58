import { UnknownToolError } from '../../call/call-types.js';
import { loadConfig } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { decodeText } from '../../platform/read-text.js';
import { scrub } from '../../platform/scrub.js';
import { VERSION } from '../../platform/version.js';
import type { Waiting } from '../../policy/policy-types.js';
import { parseJsonArguments } from './arguments.js';
import { EXIT, type Flags, print } from './command.js';
import { withApp } from './with-app.js';

/** Makes one call on the road of all calls: the answer goes to stdout, an error or a refusal to stderr. */
export async function call(name: string, json: string, flags: Flags): Promise<void> {
  const args = parseJsonArguments(json === '-' ? await readStdin() : json);
  const config = loadConfig({ logLevel: 'warn', ...flags });
  await withApp(config, async (app, interrupted) => {
    try {
      const caller = { name: 'local', transport: 'cli' as const, clientName: 'clerk-mcp call', clientVersion: VERSION };
      const outcome = await app.calls.call({
        name,
        arguments: args,
        caller,
        canAsk: false,
        signal: interrupted,
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
    }
  });
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
