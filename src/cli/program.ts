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
import { outputError, takesSettings, withExamples, withHttpSettings, withOptions, withSettings } from './help.js';

const COMPLETION_HELP = `
bash        echo 'source <(clerk-mcp completion bash)' >> ~/.bashrc
zsh         echo 'source <(clerk-mcp completion zsh)' >> ~/.zshrc
fish        clerk-mcp completion fish > ~/.config/fish/completions/clerk-mcp.fish
PowerShell  clerk-mcp completion powershell | Out-String | Invoke-Expression    (in $PROFILE)`;

const BATCH_HELP = `
A batch is previewed, confirmed once and paced at Clerk's rate. After Ctrl+C, a crash or a failure the same command goes on
with what is not done, and repeats nothing. Exit code 1 where some calls failed.`;

const flagsOf = (command: Command): Flags => command.optsWithGlobals();

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
    .addHelpText('after', '\nThe key comes from CLERK_SECRET_KEY or from the file that CLERK_SECRET_KEY_FILE names.')
    .action(async (unknown: string | undefined, flags: Flags) => {
      if (unknown !== undefined) {
        const near = didYouMean(
          unknown,
          root.commands.map((command) => command.name()),
        );
        root.error(`error: unknown command '${unknown}'.${near || ' See clerk-mcp --help.'}`);
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
    .option('--again', 'with --batch: make calls once more that were all made before')
    .option('--yes', 'with --batch: do not ask; never on a live instance')
    .option('--json', 'an error as JSON, too, with all that a model reads of it')
    .option('--quiet', 'with --batch: show neither a preview that asks nothing nor how far it is')
    .addHelpText('after', BATCH_HELP)
    .action(async (name: string | undefined, json: string | undefined, _: Flags, command: Command) => {
      const flags = flagsOf(command);
      if (typeof flags.batch !== 'string') return (await import('./commands/call.js')).call(name, json ?? '{}', flags);
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
    .addHelpText('after', '\nTakes the same --state-dir and keys as the server, which may be running.')
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
    .addHelpText('after', '\nPrints values for CLERK_API_URL and CLERK_SECRET_KEY, and serves until it is stopped.')
    .action(async (_: Flags, command: Command) => (await import('./commands/sandbox.js')).sandbox(flagsOf(command)));
  withExamples(sandbox, 'clerk-mcp sandbox --port 0 --seed empty', 'clerk-mcp sandbox --state sandbox.json');

  const { timeout, connectTimeout, clerkLimit } = OPTIONS;
  const exporting = withOptions(
    root.command('export').description('write users, organizations and memberships of the instance as a seed for the sandbox'),
    { timeout, connectTimeout, clerkLimit },
  )
    .argument('<file>', 'a new file; it holds personal data')
    .option('--fresh', 'begin anew, where an earlier export stopped')
    .option('--quiet', 'do not show how far it is')
    .addHelpText(
      'after',
      '\nFaults that may pass are waited for. After Ctrl+C, a crash or a failure the same command goes on where it stopped:\nwhat was read is in FILE.part until then.',
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
    .addHelpText('after', '\nAll other flags go into the entry as they are given. The key is never read, shown or written.')
    .action(async (_: Flags, command: Command) => (await import('./commands/init.js')).init(flagsOf(command), script));
  withSettings(withExamples(init, 'clerk-mcp init', 'clerk-mcp init --client cursor --sandbox'));

  const doctor = root
    .command('doctor')
    .description('check key, connection, clock and files, and say what to do about each')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nTakes the flags of the server and of http as you start them. Sends one read. Exit code 1 where something is broken.',
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
  return root;
}

const many = (value: string, before: string[] = []): string[] => [...before, value];

function addConfigCommands(config: Command): void {
  const pull = config
    .command('pull')
    .description('print the configuration of the instance as YAML: no ids, no times, no secrets')
    .option('--out <file>', 'write it into this file, in place of an earlier one')
    .action(async (_: Flags, command: Command) => (await import('./commands/config.js')).pull(flagsOf(command)));
  withSettings(withExamples(pull, 'CLERK_SECRET_KEY_FILE=key.txt clerk-mcp config pull --out clerk.yml'));
  const diff = config
    .command('diff')
    .description('say what an instance, or another file, needs to be like a file; exit code 1 where they differ')
    .argument('[file]', 'the configuration that is wanted (default, with --against: that of the instance)')
    .argument('[other]', 'compare with this file (default: with the instance)')
    .option('--against <name>', 'compare with this instance of the file of instances')
    .option('--json', 'as JSON')
    .action(async (file: string | undefined, other: string | undefined, _: Flags, command: Command) =>
      (await import('./commands/config.js')).diff(file, other, flagsOf(command)),
    );
  withSettings(withExamples(diff, 'clerk-mcp config diff clerk.yml', 'clerk-mcp config diff clerk.yml other.yml --json'));
  const apply = config
    .command('apply')
    .description('bring the instance to a file: shows every change, and asks before it makes any')
    .argument('<file>', 'the configuration that is wanted')
    .option('--prune', 'also delete what only the instance has, in the sections that the file has')
    .option('--signing-key <name=file>', 'the file with the signing key of a JWT template; may be given again', many)
    .option('--yes', 'do not ask; never on a live instance')
    .addHelpText('after', '\nWith --state-dir it can be taken back by clerk-mcp undo.')
    .action(async (file: string, _: Flags, command: Command) =>
      (await import('./commands/config.js')).apply(file, flagsOf(command)),
    );
  withSettings(
    withExamples(apply, 'clerk-mcp config apply clerk.yml --state-dir state', 'clerk-mcp config apply clerk.yml --prune'),
  );
}

function addTokenCommands(tokens: Command): void {
  const file = '--tokens <file>';
  const expires = '--expires <when>';
  tokens
    .command('new')
    .description('make a token, keep its hash in the file and print the token, once')
    .argument('<name>', 'whose it is; the name in rules, budgets and the audit log')
    .requiredOption(file, 'the file of tokens; made where there is none')
    .option('--role <role>', 'viewer (reads), operator (reads and writes) or admin (everything) (default: viewer)')
    .option(
      '--instance <names>',
      'the instances that it reaches, separated by commas, where a server has several (default: none)',
    )
    .option(expires, 'like 90d, 12h or 2030-01-31T00:00:00Z (default: never)')
    .action(async (name: string, _: Flags, command: Command) =>
      (await import('./commands/token.js')).makeToken(name, flagsOf(command)),
    );
  tokens
    .command('list')
    .description('say whose tokens there are, what they may do, and when they were made and expire')
    .requiredOption(file, 'the file of tokens')
    .action(async (flags: Flags) => (await import('./commands/token.js')).listAll(flags));
  tokens
    .command('rotate')
    .description('put a new token in the place of one, which ends, and print it, once')
    .argument('<name>', 'whose it is')
    .requiredOption(file, 'the file of tokens')
    .option(expires, 'like 90d, 12h or 2030-01-31T00:00:00Z (default: as the old one)')
    .action(async (name: string, flags: Flags) => (await import('./commands/token.js')).rotate(name, flags));
  tokens
    .command('revoke')
    .description('end a token, and every session that was opened with it')
    .argument('<name>', 'whose it is')
    .requiredOption(file, 'the file of tokens')
    .action(async (name: string, flags: Flags) => (await import('./commands/token.js')).revoke(name, flags));
}

function addApproverCommands(approver: Command): void {
  const { approvers } = OPTIONS;
  withOptions(approver.command('add').description('enrol an approver; asks for a passphrase, of which only a hash is kept'), {
    approvers,
  })
    .argument('<name>', 'the name in rules and in the record')
    .option('--group <name>', 'a group that rules name; may be given again', many)
    .option('--caller <name>', 'a caller that is this person, where two people are wanted; may be given again', many)
    .option('--passphrase-stdin', 'read the passphrase from stdin')
    .option('--passkey', 'enrol a passkey instead, by a link that works once; also for an approver who is enrolled already')
    .option(
      '--subject <sub>',
      'let them sign in at the issuer instead, with tokens that have this sub; also for an approver who is enrolled already',
    )
    .option('--issuer <url>', 'with --subject: the issuer (default: CLERK_MCP_ISSUER)')
    .option('--url <url>', 'with --passkey: the address of /approvals where it is to be used (default: on this machine)')
    .action(async (name: string, _: Flags, command: Command) => {
      const flags = flagsOf(command);
      if (flags.subject !== undefined) return (await import('./commands/approver.js')).addSubject(name, flags);
      if (flags.passkey === true) return (await import('./commands/enrol-passkey.js')).enrolPasskey(name, flags);
      return (await import('./commands/approver.js')).addApprover(name, flags);
    });
  withOptions(approver.command('list').description('list the approvers'), { approvers }).action(
    async (_: Flags, command: Command) => (await import('./commands/approver.js')).listApprovers(flagsOf(command)),
  );
  withOptions(approver.command('remove').description('remove an approver; takes effect at once'), { approvers })
    .argument('<name>')
    .action(async (name: string, _: Flags, command: Command) =>
      (await import('./commands/approver.js')).removeApprover(name, flagsOf(command)),
    );
}

function addApprovalCommands(approvals: Command): void {
  const { approvers } = OPTIONS;
  const signing = (name: string, description: string): Command =>
    withOptions(approvals.command(name).description(description), { approvers })
      .option('--as <name>', 'who you are (default: the only approver)')
      .option('--url <url>', 'the address of /approvals (default: of the servers on this machine)')
      .option('--passphrase-stdin', 'read the passphrase from stdin');
  signing('list', 'what waits for approval')
    .option('--all', 'what was decided or has expired too')
    .option('--json', 'as JSON')
    .action(async (_: Flags, command: Command) => (await import('./commands/approvals.js')).listApprovals(flagsOf(command)));
  signing('watch', 'show what waits and what arrives, until you stop it').action(async (_: Flags, command: Command) =>
    (await import('./commands/approvals.js')).watchApprovals(flagsOf(command)),
  );
  signing('show', 'show everything about one call')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(async (id: string, _: Flags, command: Command) =>
      (await import('./commands/approvals.js')).showApproval(id, flagsOf(command)),
    );
  signing('approve', 'show a call, and approve it')
    .argument('<id>')
    .option('--word <word>', 'the text to type for a call that cannot be undone (default: asked for)')
    .option('--yes', 'do not ask again')
    .action(async (id: string, _: Flags, command: Command) =>
      (await import('./commands/approvals.js')).decideApproval('approve', id, flagsOf(command)),
    );
  signing('decline', 'show a call, and refuse it')
    .argument('<id>')
    .option('--reason <text>', 'the reason, for the caller')
    .action(async (id: string, _: Flags, command: Command) =>
      (await import('./commands/approvals.js')).decideApproval('decline', id, flagsOf(command)),
    );
}

function addPolicyCommands(policy: Command): void {
  const show = policy
    .command('show')
    .description('print the whole policy in force, built-in rules included')
    .option('--schema', 'print the JSON Schema of the policy file instead')
    .action(async (_: Flags, command: Command) => (await import('./commands/policy.js')).showPolicy(flagsOf(command)));
  withSettings(withExamples(show, 'clerk-mcp policy show --policy policy.json'));
  const explain = policy
    .command('explain')
    .description('say which rule decides on a call, and why; sends nothing')
    .argument('<name>', 'the tool')
    .argument('[json]', 'its arguments as one JSON object', '{}')
    .option(
      '--instance <kind>',
      'on an instance of this kind: test, live or sandbox (default: live); with --instances, on the one of this name',
    )
    .option('--caller <name>', 'made by this caller (default: local)')
    .action(async (name: string, json: string, _: Flags, command: Command) =>
      (await import('./commands/policy.js')).explainPolicy(name, json, flagsOf(command)),
    );
  withSettings(withExamples(explain, `clerk-mcp policy explain Users_markBanned '{"user_id":"user_1"}' --policy policy.json`));
  const check = policy
    .command('check')
    .description('check a policy file')
    .argument('<file>')
    .action(async (file: string) => (await import('./commands/policy.js')).checkPolicy(file));
  withExamples(check, 'clerk-mcp policy check policy.json');
}

function addSkillCommands(skills: Command): void {
  skills
    .command('list')
    .description('list the jobs')
    .option('--json', 'as JSON')
    .action(async (flags: Flags) => (await import('./commands/skills.js')).listSkills(flags));
  skills
    .command('install')
    .description("copy them into a client's folder of skills; what was changed there stays")
    .argument('[names...]', 'only these')
    .option('--client <name>', 'whose folder: claude-code, codex, cursor, gemini, vscode or windsurf')
    .option('--dir <dir>', 'another folder')
    .option('--force', 'overwrite changed skills, too')
    .action(async (names: string[], flags: Flags) => (await import('./commands/skills.js')).installSkills(names, flags));
}

function addAuditCommands(audit: Command): void {
  const verify = audit
    .command('verify')
    .description('find lines that were removed, changed, reordered or inserted')
    .argument('<files...>', 'one log, in the order of its rotations')
    .option('--partial', 'let the first file continue an earlier one that is no longer kept')
    .option('--received', 'of what --audit-ship delivered: lines as a receiver stored them, each with whatever stands before it')
    .addHelpText('after', '\nThe key of the signatures is FILE.key, or CLERK_MCP_AUDIT_KEY.')
    .action(async (files: string[], flags: Flags) => (await import('./commands/audit.js')).verifyLog(files, flags));
  withExamples(verify, 'clerk-mcp audit verify audit.jsonl');
  const show = audit
    .command('show')
    .description('print a log for people')
    .argument('<files...>', 'one log, in the order of its rotations')
    .option('--json', 'as JSON Lines, for programs')
    .option('--since <time>', 'not before this time, like 2026-01-31T12:00:00Z')
    .option('--until <time>', 'not after this time')
    .option('--operation <name>', 'only this operation')
    .option('--caller <name>', 'only this caller')
    .option('--instance <name>', 'only calls on this one of several instances')
    .option('--decision <decision>', 'allowed, refused or asked')
    .action(async (files: string[], _: Flags, command: Command) =>
      (await import('./commands/audit.js')).showLog(files, flagsOf(command)),
    );
  withExamples(
    show,
    'clerk-mcp audit show audit.jsonl --since 2026-01-31T12:00:00Z',
    'clerk-mcp audit show audit.jsonl.1 audit.jsonl --json --decision refused',
  );
  const exporting = withOptions(
    audit.command('export').description('print a log for other programs: as events of OCSF, as JSON Lines or as CSV'),
    { auditLog: OPTIONS.auditLog },
  )
    .argument('[files...]', 'one log, in the order of its rotations (default: all files of --audit-log)')
    .option('--format <format>', 'ocsf, jsonl or csv (default: ocsf)')
    .option('--since <time>', 'not before this time, like 2026-01-31T12:00:00Z')
    .option('--until <time>', 'not after this time')
    .option('--operation <name>', 'only this operation')
    .option('--caller <name>', 'only this caller')
    .option('--decision <decision>', 'allowed, refused or asked')
    .action(async (files: string[], _: Flags, command: Command) =>
      (await import('./commands/audit.js')).exportLog(files, flagsOf(command)),
    );
  withExamples(
    exporting,
    'clerk-mcp audit export audit.jsonl --since 2026-01-31T00:00:00Z > events.jsonl',
    'clerk-mcp audit export --audit-log logs --format csv',
  );
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
