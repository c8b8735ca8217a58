import type { Command } from 'commander';
import { OPTIONS } from '../config/server-options.js';
import type { Flags } from './commands/command.js';
import { note, withExamples, withOptions, withSettings } from './help.js';

/** The flags of a command, and those of the program. */
export const flagsOf = (command: Command): Flags => command.optsWithGlobals();

const many = (value: string, before: string[] = []): string[] => [...before, value];

export function addConfigCommands(config: Command): void {
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
    .addHelpText('after', note('With --state-dir it can be taken back by clerk-mcp undo.'))
    .action(async (file: string, _: Flags, command: Command) =>
      (await import('./commands/config.js')).apply(file, flagsOf(command)),
    );
  withSettings(
    withExamples(apply, 'clerk-mcp config apply clerk.yml --state-dir state', 'clerk-mcp config apply clerk.yml --prune'),
  );
}

export function addTokenCommands(tokens: Command): void {
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
    .description('list the tokens: whose they are, what they may do, when they were made and when they expire')
    .requiredOption(file, 'the file of tokens')
    .action(async (flags: Flags) => (await import('./commands/token.js')).listAll(flags));
  tokens
    .command('rotate')
    .description('replace a token by a new one and print that, once; the old one ends')
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

export function addApproverCommands(approver: Command): void {
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

export function addApprovalCommands(approvals: Command): void {
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

export function addPolicyCommands(policy: Command): void {
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

export function addSkillCommands(skills: Command): void {
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

export function addAuditCommands(audit: Command): void {
  const verify = audit
    .command('verify')
    .description('find lines that were removed, changed, reordered or inserted')
    .argument('<files...>', 'one log, in the order of its rotations')
    .option('--partial', 'let the first file continue an earlier one that is no longer kept')
    .option('--received', 'the files are what a receiver of --audit-ship stored; what it put before each line is ignored')
    .addHelpText('after', note('The key of the signatures is FILE.key, or CLERK_MCP_AUDIT_KEY.'))
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
