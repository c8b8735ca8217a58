import { createApp } from '../../app/app.js';
import { UnknownToolError } from '../../call/call.js';
import { ConfigError, loadConfig } from '../../config/config.js';
import { createLogger } from '../../platform/logger.js';
import { VERSION } from '../../platform/version.js';
import { EXIT, type Flags, GRACE_MS, parseJson, print } from './command.js';

/** One call by the road of all calls: the answer on stdout, an error or a refusal on stderr. */
export async function call(name: string, json: string, flags: Flags): Promise<void> {
  const args = parseJson(json === '-' ? await readStdin() : json);
  const config = loadConfig({ logLevel: 'warn', ...flags });
  const app = await createApp({ config, logger: createLogger(config.values.logLevel), allowLocalFiles: true });
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  try {
    const caller = { name: 'local', transport: 'cli' as const, clientName: 'clerk-mcp call', clientVersion: VERSION };
    const outcome = await app.calls.call({ name, arguments: args, caller, canAsk: false, signal: interrupted.signal });
    switch (outcome.kind) {
      case 'done':
        print(`${outcome.text}\n`);
        break;
      case 'ask':
        throw new Error('the policy asks a person, but there is no one to ask here');
      default:
        process.stderr.write(`${outcome.text}\n`);
        process.exitCode = EXIT[outcome.kind];
    }
  } catch (error) {
    throw error instanceof UnknownToolError ? new ConfigError(error.message) : error;
  } finally {
    await app.close(GRACE_MS);
  }
}

async function readStdin(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text;
}
