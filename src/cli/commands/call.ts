import { UnknownToolError } from '../../call/call-types.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneConfig } from '../../config/load-configs.js';
import { scrub } from '../../platform/scrub.js';
import { tellWaiting } from '../apply-plan.js';
import { errorLines } from '../error-line.js';
import { parseJsonArguments } from './arguments.js';
import { EXIT, type Flags, print } from './command.js';
import { readInput } from './read-input.js';
import { callerOf, withApp } from './with-app.js';

/** Makes one call on the road of all calls: the answer goes to stdout, an error or a refusal to stderr. */
export async function call(name: string | undefined, json: string, flags: Flags): Promise<void> {
  if (name === undefined)
    throw new ConfigError(`Name the tool: clerk-mcp call NAME '{"user_id":"user_1"}'. Many calls at once: --batch FILE.`);
  const args = parseJsonArguments(json === '-' ? await readInput('-', 'The arguments') : json);
  const config = await loadOneConfig({ logLevel: 'warn', ...flags });
  await withApp(config, async (app, interrupted) => {
    try {
      const outcome = await app.calls.call({
        name,
        arguments: args,
        caller: callerOf('call'),
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
          process.stderr.write(`${scrub(flags.json === true ? outcome.text : errorLines(outcome.text))}\n`);
          process.exitCode = interrupted.aborted && outcome.kind === 'failed' ? EXIT.interrupted : EXIT[outcome.kind];
      }
    } catch (error) {
      throw error instanceof UnknownToolError ? new ConfigError(error.message) : error;
    }
  });
}
