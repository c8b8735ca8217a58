import * as z from 'zod';
import type { Option } from './option.js';
import { onOff, path } from './value-forms.js';

/** The MCP clients whose configuration `init` writes. */
export const CLIENTS = [
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'windsurf',
  'gemini',
  'codex',
  'cline',
  'kiro',
  'zed',
] as const;

/** Further settings of the command that writes the configuration of clients. */
export const INIT_OPTIONS = {
  client: {
    flag: '--client <name>',
    schema: () => z.enum(CLIENTS),
    help: `Whose configuration: ${CLIENTS.join(', ')}`,
    default: 'the one that is installed',
  },
  name: {
    flag: '--name <name>',
    schema: () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected up to 64 letters, digits, - and _'),
    help: 'Name of the entry in the client',
    default: 'clerk',
  },
  keyFile: {
    flag: '--key-file <file>',
    env: 'CLERK_SECRET_KEY_FILE',
    schema: path,
    help: 'The server reads its key from this file',
    default: 'the best place that the client has',
  },
  approver: {
    flag: '--approver <name>',
    schema: () => z.string(),
    help: 'Enrol this person too, who then approves gated calls; asks for a passphrase (with --passkey: prints a link for a passkey)',
    default: 'asked for where no approver is enrolled',
  },
  print: {
    flag: '--print',
    schema: onOff,
    help: 'Show what would be written, and write nothing',
  },
} as const satisfies Record<string, Option>;
