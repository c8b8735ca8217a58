import * as z from 'zod';

/** One setting: its flag, its environment variable, its form and what it is for. The help, the checks and the README read it here. */
export interface Option {
  /** Commander's flag syntax: `--tools <patterns>`. */
  readonly flag: string;
  readonly env?: string;
  readonly schema: z.ZodType;
  readonly help: string;
  /** Shown in the help; the schema holds the real one. */
  readonly default?: string;
}

/** A list written with commas; a flag given twice adds to it. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((part) => part.split(',')))
  .transform((parts) => parts.map((part) => part.trim()).filter((part) => part !== ''))
  .refine((parts) => parts.length > 0, 'is empty');

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off']);

const onOff = z.union([z.boolean(), z.string()]).transform((value, context) => {
  if (typeof value === 'boolean') return value;
  const word = value.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  context.addIssue({ code: 'custom', message: 'expected true or false' });
  return z.NEVER;
});

const path = z.string().min(1, 'expected a path');

const milliseconds = z
  .string()
  .regex(/^\d+$/, 'expected a whole number of milliseconds')
  .transform(Number)
  .pipe(z.int().min(1).max(600_000));

export const CONFIRMATIONS = ['auto', 'flag', 'token', 'person'] as const;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What every command that makes calls takes. */
export const OPTIONS = {
  sandbox: {
    flag: '--sandbox',
    env: 'CLERK_MCP_SANDBOX',
    schema: onOff,
    help: 'Work on the built-in sandbox, a local twin of the API; no Clerk account needed',
  },
  readOnly: {
    flag: '--read-only',
    env: 'CLERK_MCP_READ_ONLY',
    schema: onOff,
    help: 'Offer only tools that read',
  },
  tools: {
    flag: '--tools <patterns...>',
    env: 'CLERK_MCP_TOOLS',
    schema: list,
    help: 'Offer only these: names, groups or globs, separated by commas',
    default: 'all',
  },
  exclude: {
    flag: '--exclude <patterns...>',
    env: 'CLERK_MCP_EXCLUDE',
    schema: list,
    help: 'Leave these out; wins over --tools',
  },
  confirm: {
    flag: '--confirm <strength>',
    env: 'CLERK_MCP_CONFIRM',
    schema: z.enum(CONFIRMATIONS),
    help: 'How gated calls are confirmed: flag, token or person; auto asks the person where the client can, otherwise token on a live instance and flag elsewhere',
    default: 'auto',
  },
  policy: {
    flag: '--policy <file>',
    env: 'CLERK_MCP_POLICY',
    schema: path,
    help: 'Rules and budgets, as JSON; they come before the built-in ones',
  },
  auditLog: {
    flag: '--audit-log <file>',
    env: 'CLERK_MCP_AUDIT_LOG',
    schema: path,
    help: 'Record of every call that changes something or is gated; where it cannot be written, gated calls are refused',
  },
  secretsDir: {
    flag: '--secrets-dir <dir>',
    env: 'CLERK_MCP_SECRETS_DIR',
    schema: path,
    help: 'Secrets in answers go into new files here instead of into the conversation',
  },
  timeout: {
    flag: '--timeout <ms>',
    env: 'CLERK_MCP_TIMEOUT_MS',
    schema: milliseconds,
    help: 'Time limit of one call, retries included',
    default: '30000',
  },
  connectTimeout: {
    flag: '--connect-timeout <ms>',
    env: 'CLERK_MCP_CONNECT_TIMEOUT_MS',
    schema: milliseconds,
    help: 'Time limit for connecting to Clerk',
    default: '5000',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'CLERK_MCP_LOG_LEVEL',
    schema: z.enum(LOG_LEVELS),
    help: `Logs to stderr: ${LOG_LEVELS.join(', ')}`,
    default: 'info',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;
