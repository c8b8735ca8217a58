import type { Command } from 'commander';
import { withExamples } from './help.js';

/** Lines that can be typed, by the words of the command; empty for the program itself. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'clerk-mcp init                                put it into your MCP client',
    'clerk-mcp call Users_getTotalCount --sandbox  one call, without an account',
    'clerk-mcp doctor                              check key and settings',
  ],
  config: ['clerk-mcp config pull --out clerk.yml', 'clerk-mcp config diff clerk.yml'],
  token: [
    'clerk-mcp token new ann --tokens tokens.json --role operator --expires 90d',
    'clerk-mcp token list --tokens tokens.json',
  ],
  'token new': ['clerk-mcp token new ann --tokens tokens.json --role operator --expires 90d'],
  'token list': ['clerk-mcp token list --tokens tokens.json'],
  'token rotate': ['clerk-mcp token rotate ann --tokens tokens.json --expires 90d'],
  'token revoke': ['clerk-mcp token revoke ann --tokens tokens.json'],
  approver: ['clerk-mcp approver add ann', 'clerk-mcp approver list'],
  'approver add': [
    'clerk-mcp approver add ann',
    'clerk-mcp approver add ann --passkey --url https://mcp.example.com/approvals',
    'clerk-mcp approver add ann --group security --subject auth0|ann --issuer https://issuer.example.com',
  ],
  'approver list': ['clerk-mcp approver list'],
  'approver remove': ['clerk-mcp approver remove ann'],
  approvals: ['clerk-mcp approvals list', 'clerk-mcp approvals approve 7Fq2'],
  'approvals list': ['clerk-mcp approvals list --as ann', 'clerk-mcp approvals list --all --json'],
  'approvals watch': ['clerk-mcp approvals watch --url https://mcp.example.com/approvals'],
  'approvals show': ['clerk-mcp approvals show 7Fq2'],
  'approvals approve': ['clerk-mcp approvals approve 7Fq2 --as ann'],
  'approvals decline': ["clerk-mcp approvals decline 7Fq2 --reason 'not this customer'"],
  policy: ['clerk-mcp policy check policy.json', 'clerk-mcp policy show --policy policy.json'],
  skills: ['clerk-mcp skills list', 'clerk-mcp skills install --client claude-code'],
  'skills list': ['clerk-mcp skills list --json'],
  'skills install': [
    'clerk-mcp skills install --client claude-code',
    'clerk-mcp skills install offboard-person --dir .claude/skills',
  ],
  audit: ['clerk-mcp audit verify audit.jsonl', 'clerk-mcp audit show audit.jsonl --decision refused'],
};

/** Ends the help of these commands with examples; the others have theirs where they are declared. */
export function addExamples(root: Command): void {
  for (const [words, lines] of Object.entries(EXAMPLES)) {
    const command = words
      .split(' ')
      .filter((word) => word !== '')
      .reduce<Command | undefined>((at, word) => at?.commands.find((one) => one.name() === word), root);
    if (command === undefined) throw new Error(`no command is named ${words}`);
    withExamples(command, ...lines);
  }
}
