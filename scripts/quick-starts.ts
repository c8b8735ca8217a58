import { clients } from '../src/cli/client-config/all.js';
import type { Client } from '../src/cli/client-config/mcp-client.js';
import { fragmentOf } from '../src/cli/client-config/plan.js';
import type { UserPaths } from '../src/config/user-paths.js';

/** What a person does in the client itself. */
interface Clicks {
  /** Where the client shows the entry, and how it is opened. */
  readonly shows: string;
  /** Where a request is typed, and what the client does before a tool is called. */
  readonly asks: string;
}

const CLICKS: Readonly<Record<Client['id'], Clicks>> = {
  'claude-desktop': {
    shows: 'Settings, then Developer: `clerk` stands there as running. What it logs is behind its log button.',
    asks: 'In a new chat, the slider button below the text lists `clerk` with its tools. Claude asks before it calls a tool for the first time: allow once, or always.',
  },
  'claude-code': {
    shows: 'Start `claude` and type `/mcp`: `clerk` is listed as connected.',
    asks: 'Type the request. Claude Code asks before each tool until you allow it; where a call needs you, a form opens at the prompt.',
  },
  cursor: {
    shows: 'Cursor Settings, then Tools & MCP: switch `clerk` on; the dot beside it turns green, and its tools are counted.',
    asks: 'Open the chat (Ctrl+L, on a Mac Cmd+L) in Agent mode. Cursor asks before it runs a tool; a form opens in the chat where a call needs you.',
  },
  vscode: {
    shows:
      'Press F1 and run "MCP: List Servers", choose `clerk`, then "Start Server". The first start asks for the key; on the sandbox it asks for nothing.',
    asks: 'Open Copilot Chat in Agent mode; the tools button lists `clerk`. VS Code asks before it runs a tool, and opens a form where a call needs you.',
  },
  windsurf: {
    shows: "In Cascade's panel, the MCP button at the top right, then refresh: `clerk` is listed with its tools.",
    asks: 'Type the request to Cascade in Code mode. It asks before a tool runs.',
  },
  gemini: {
    shows: 'Start `gemini` and type `/mcp list`: `clerk` is listed as ready, with its tools.',
    asks: 'Type the request. Gemini CLI asks before a tool runs: once, always this tool, or always this server.',
  },
  codex: {
    shows: 'Start `codex` and type `/mcp`: `clerk` is listed with its tools.',
    asks: 'Type the request. What Codex asks before a tool runs follows its approval mode.',
  },
  cline: {
    shows:
      "The MCP Servers button at the top of Cline's panel, then Configure: `clerk` has a green dot. Its switch turns it off.",
    asks: 'Type the request in Act mode. Cline asks before each tool unless it is set to approve it.',
  },
  kiro: {
    shows: "In Kiro's own tab of the side bar, the list of MCP servers: `clerk` is connected. A right click restarts it.",
    asks: 'Type the request in a chat. Kiro asks before a tool runs, unless it is trusted.',
  },
  zed: {
    shows: 'Run "agent: open settings" in the command palette: `clerk` stands among the context servers with a green dot.',
    asks: "Type the request in the Agent Panel, with a profile that has the server's tools. Zed asks before a tool runs.",
  },
};

const UNIX: UserPaths = { platform: 'linux', home: '~', path: [], environment: {} };
const MAC: UserPaths = { ...UNIX, platform: 'darwin' };
const WINDOWS: UserPaths = { ...UNIX, platform: 'win32', home: '%USERPROFILE%', appData: '%APPDATA%' };

/** Where the configuration is, told once for systems that have it in the same place. */
function whereItIs(client: Client): string {
  const [mac, linux, windows] = [MAC, UNIX, WINDOWS].map((places) => `\`${client.file(places)}\``);
  const unix = mac === linux ? `${mac} on macOS and Linux` : `${mac} on macOS, ${linux} on Linux`;
  return `${unix}, ${windows} on Windows`;
}

/** Its tools for one kind of work, where it has no room for all. */
const choiceFor = (client: Client): string => (client.limits?.tools === undefined ? '' : ' --profile support');

function section(client: Client): string {
  const { shows, asks } = CLICKS[client.id];
  const choice = choiceFor(client);
  const args = ['-y', 'clerk-mcp', '--sandbox', ...choice.trim().split(' ').filter(Boolean)];
  const server = { name: 'clerk', command: 'npx', args, key: { from: 'none' } } as const;
  const wanted = { entry: client.wanted(server).entry };
  const language = client.form.kind;
  return [
    `## ${client.label}`,
    '',
    '```sh',
    `npx -y clerk-mcp init --client ${client.id} --sandbox${choice}`,
    '```',
    '',
    `By hand: into ${whereItIs(client)}.`,
    '',
    `\`\`\`${language}`,
    fragmentOf(client.form, 'clerk', wanted).trim(),
    '```',
    '',
    `1. ${client.afterwards}`,
    `2. ${shows}`,
    `3. ${asks}`,
    `4. With your own instance: the same command without \`--sandbox\`. ${client.keyHint ?? 'The key goes into a file, which `init` names.'}`,
  ].join('\n');
}

export const quickStarts = (): string => clients.map(section).join('\n\n');
