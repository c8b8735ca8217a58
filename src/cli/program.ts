import { isatty } from 'node:tty';
import { Command, CommanderError } from 'commander';
import { didYouMean } from '../catalog/nearest.js';
import { HTTP_OPTIONS } from '../config/http-options.js';
import { INIT_OPTIONS } from '../config/init-options.js';
import { SANDBOX_OPTIONS } from '../config/sandbox-options.js';
import { OPTIONS } from '../config/server-options.js';
import { VERSION } from '../platform/version.js';
import { EXIT, type Flags } from './commands/command.js';
import { stdio } from './commands/stdio.js';
import { addExamples } from './examples.js';
import { note, outputError, takesSettings, withExamples, withHttpSettings, withOptions, withSettings } from './help.js';
import {
  addApprovalCommands,
  addApproverCommands,
  addAuditCommands,
  addConfigCommands,
  addPolicyCommands,
  addSkillCommands,
  addTokenCommands,
  flagsOf,
} from './subcommands.js';

const COMPLETION_HELP = `
bash        echo 'source <(clerk-mcp completion bash)' >> ~/.bashrc
zsh         echo 'source <(clerk-mcp completion zsh)' >> ~/.zshrc
fish        clerk-mcp completion fish > ~/.config/fish/completions/clerk-mcp.fish
PowerShell  clerk-mcp completion powershell | Out-String | Invoke-Expression    (in $PROFILE)`;

const BATCH_HELP =
  "A batch is previewed, confirmed once and paced at Clerk's rate. After Ctrl+C, a crash or a failure the same command goes on with what is not done, and repeats nothing. Exit code 1 where some calls failed.";

/** Flags of `call` that mean something for many calls only. */
const OF_BATCH = ['out', 'again', 'yes', 'quiet'] as const;

/** @param script the file that is running, from a package or a clone */
function program(script: string, onListed: () => void): Command {
  const root = withOptions(new Command('clerk-mcp'), OPTIONS)
    .configureOutput({ outputError })
    .description(
      "Clerk's Backend API as MCP tools, every destructive call behind a confirmation. Without a command: serve over stdio.",
    )
    .version(VERSION)
    .argument('[command]')
    .usage('[options] [command]')
    .addHelpText('after', note('The key comes from CLERK_SECRET_KEY or from the file that CLERK_SECRET_KEY_FILE names.'))
    .action(async (unknown: string | undefined, flags: Flags) => {
      if (unknown !== undefined) {
        const near = didYouMean(
          unknown,
          root.commands.map((command) => command.name()),
        );
        root.error(`error: Unknown command '${unknown}'.${near || ' See clerk-mcp --help.'}`);
      }
      if (isatty(0)) await (await import('./commands/welcome.js')).welcome(flags);
      else await stdio(flags, onListed);
    });

  const tools = root
    .command('tools')
    .description('list the tools that are offered, search them, or describe one')
    .argument('[words...]', 'what to search for, or the name of one tool (default: list all)')
    .option('--json', 'as JSON')
    .option('--schema', "the JSON Schema of one tool's input")
    .option('--cost', 'what each toolset and profile costs a model, in tokens')
    .action(async (words: string[], _: Flags, command: Command) =>
      (await import('./commands/tools.js')).tools(words, flagsOf(command)),
    );
  withSettings(
    withExamples(
      tools,
      'clerk-mcp tools ban a user',
      'clerk-mcp tools Users_markBanned --schema',
      'clerk-mcp tools --read-only --toolsets users',
      'clerk-mcp tools --cost',
    ),
  );

  const call = root
    .command('call')
    .description('make one call, through the same gates as an agent')
    .argument('[name]', 'the tool')
    .argument('[json]', 'its arguments as one JSON object; - reads them from stdin')
    .option(
      '--batch <file>',
      'many calls: JSON Lines with the arguments of one in each, or with "operation" and "arguments"; - is stdin',
    )
    .option('--out <file>', 'with --batch: the file for the results as JSON Lines (default: stdout)')
    .option('--again', 'with --batch: make the calls again, though all of them were made before')
    .option('--yes', 'with --batch: do not ask; never on a live instance')
    .option('--json', 'print an error as JSON too, with all that a model is told of it')
    .option('--quiet', 'with --batch: show no progress, and no preview where nothing is asked')
    .addHelpText('after', note(BATCH_HELP))
    .action(async (name: string | undefined, json: string | undefined, _: Flags, command: Command) => {
      const flags = flagsOf(command);
      const stray = OF_BATCH.find((flag) => command.getOptionValue(flag) !== undefined);
      if (typeof flags.batch !== 'string') {
        if (stray !== undefined) command.error(`error: --${stray} goes with --batch FILE.`);
        return (await import('./commands/call.js')).call(name, json ?? '{}', flags);
      }
      if (json !== undefined) command.error('error: --batch takes the arguments from its file, and none on the command line.');
      return (await import('./commands/batch.js')).batch(flags.batch, name, flags);
    });
  withSettings(
    withExamples(
      call,
      `clerk-mcp call Users_listSortedByCreationDate '{"limit":5}' --sandbox`,
      'clerk-mcp call Users_createNewUser - < user.json',
      'clerk-mcp call Users_createNewUser --batch users.jsonl --out results.jsonl',
    ),
  );

  const undo = root
    .command('undo')
    .description('take back a plan or one call, or list what can be taken back; asks before it changes anything')
    .argument('[id]', 'of the plan, or of the call on record (default: list what can be taken back)')
    .option('--json', 'the list as JSON')
    .option('--yes', 'do not ask; never on a live instance')
    .addHelpText('after', note('Takes the same --state-dir and keys as the server, which may be running.'))
    .action(async (id: string | undefined, _: Flags, command: Command) =>
      (await import('./commands/undo.js')).undo(id, flagsOf(command)),
    );
  withSettings(withExamples(undo, 'clerk-mcp undo --state-dir state'));

  const http = withOptions(
    root.command('http').description('serve over HTTP, to this machine or to a team'),
    HTTP_OPTIONS,
  ).action(async (_: Flags, command: Command) => (await import('./commands/http.js')).http(flagsOf(command)));
  withSettings(
    withExamples(http, 'clerk-mcp http --sandbox --port 3000', 'clerk-mcp http --auth token --tokens tokens.json --read-only'),
  );

  const sandbox = withOptions(
    root.command('sandbox').description('serve the sandbox by itself, on this machine, for other programs'),
    SANDBOX_OPTIONS,
  )
    .addHelpText('after', note('Prints values for CLERK_API_URL and CLERK_SECRET_KEY, and serves until it is stopped.'))
    .action(async (_: Flags, command: Command) => (await import('./commands/sandbox.js')).sandbox(flagsOf(command)));
  withExamples(sandbox, 'clerk-mcp sandbox --port 0 --seed empty', 'clerk-mcp sandbox --state sandbox.json');

  const { timeout, connectTimeout, clerkLimit } = OPTIONS;
  const exporting = withOptions(
    root.command('export').description('write users, organizations and memberships of the instance as a seed for the sandbox'),
    { timeout, connectTimeout, clerkLimit },
  )
    .argument('<file>', 'a new file; it holds personal data')
    .option('--fresh', 'start again, even where an earlier export stopped on the way')
    .option('--quiet', 'show no progress')
    .addHelpText(
      'after',
      note(
        'Temporary faults are retried. After Ctrl+C, a crash or a failure the same command goes on where it stopped: what was read is in FILE.part until then.',
      ),
    )
    .action(async (file: string, _: Flags, command: Command) =>
      (await import('./commands/export.js')).exportSeed(file, flagsOf(command)),
    );
  withExamples(
    exporting,
    'CLERK_SECRET_KEY_FILE=key.txt clerk-mcp export copy.seed.json',
    'clerk-mcp init --sandbox --seed copy.seed.json',
  );

  const init = withOptions(
    root.command('init').description('write the configuration of an MCP client, so that it starts this server'),
    INIT_OPTIONS,
  )
    .option('--passkey', 'with --approver: a passkey instead of a passphrase')
    .option('--passphrase-stdin', 'with --approver: read the passphrase from stdin')
    .addHelpText('after', note('All other flags go into the entry as they are given. The key is never read, shown or written.'))
    .action(async (_: Flags, command: Command) => (await import('./commands/init.js')).init(flagsOf(command), script));
  withSettings(withExamples(init, 'clerk-mcp init', 'clerk-mcp init --client cursor --sandbox'));

  const doctor = root
    .command('doctor')
    .description('check key, connection, clock and files, and say what to do about each')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      note('Takes the flags of the server and of http as you start them. Sends one read. Exit code 1 where something is broken.'),
    )
    .action(async (_: Flags, command: Command) => (await import('./commands/doctor.js')).doctor(flagsOf(command)));
  withHttpSettings(withSettings(withExamples(doctor, 'clerk-mcp doctor', 'clerk-mcp doctor --policy policy.json --json')));

  const drift = root
    .command('drift')
    .description("say how the catalog differs from one of Clerk's OpenAPI documents; exit code 1 where it does")
    .argument('[document]', 'a file, or an https address; YAML or JSON')
    .option('--json', 'as JSON')
    .option('--skeleton', 'print declarations of the operations that the catalog lacks instead')
    .option('--from <document>', 'an earlier document: print what has to be done to follow Clerk from it to --to')
    .option('--to <document>', 'the later one')
    .action(async (source: string | undefined, flags: Flags) => (await import('./commands/drift.js')).drift(source, flags));
  withExamples(drift, 'clerk-mcp drift bapi.yml', 'clerk-mcp drift --from old.yml --to new.yml');

  addConfigCommands(
    root
      .command('config')
      .description('the configuration of the instance as a file: write it, compare it, bring the instance to it'),
  );
  addTokenCommands(root.command('token').description('make, list, replace or end tokens for --auth token'));
  addApproverCommands(root.command('approver').description('enrol people who approve calls'));
  addApprovalCommands(root.command('approvals').description('look at calls that wait for approval, and decide'));
  addPolicyCommands(root.command('policy').description('show, explain or check the policy'));
  addSkillCommands(
    root.command('skills').description('list or copy the jobs that come with the program, for clients that read skills'),
  );
  const shells = root
    .command('completion')
    .description('print the script with which a shell completes commands, flags and the names of tools')
    .argument('<shell>', 'bash, zsh, fish or powershell')
    .addHelpText('after', COMPLETION_HELP)
    .action(async (shell: string) => (await import('./commands/completion.js')).completion(shell));
  withExamples(shells, 'source <(clerk-mcp completion bash)');
  root
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => (await import('./commands/completion.js')).complete(words, root, takesSettings));
  addAuditCommands(root.command('audit').description('verify, show or export an audit log'));
  addExamples(root);
  return root;
}

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];

/**
 * Carries out a command line. Mistakes in the line itself are printed, and set the exit code.
 * @param onListed called when a client over stdio first asks for the tools
 */
export async function runProgram(argv: readonly string[], onListed: () => void): Promise<void> {
  const root = program(argv[1] ?? '', onListed);
  for (const command of everyCommand(root)) command.exitOverride();
  try {
    await root.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
