import * as z from 'zod';
import { PROFILE_NAMES } from '../catalog/profiles.js';
import { LOG_LEVELS } from '../platform/log-levels.js';
import { INSTANCE_NAME, INSTANCE_NAME_FORM } from './instance-name.js';
import type { Option } from './option.js';
import { count, isBareWebAddress, list, milliseconds, onOff, path, shipTargets, webAddress } from './value-forms.js';

export const CONFIRMATIONS = ['auto', 'flag', 'token', 'person', 'passkey', 'two'] as const;

export const WAYS_OF_ASKING = ['client', 'page'] as const;

const ways = () => list().pipe(z.array(z.enum(WAYS_OF_ASKING)));

const profiles = () => list().pipe(z.array(z.enum(PROFILE_NAMES)));

/** Settings of every command that makes calls. */
export const OPTIONS = {
  instances: {
    flag: '--instances <file>',
    env: 'CLERK_MCP_INSTANCES',
    schema: path,
    help: 'Several instances by name, YAML or JSON like examples/instances.yml; over HTTP each has a path of its own, /mcp/NAME',
  },
  instance: {
    flag: '--instance <name>',
    env: 'CLERK_MCP_INSTANCE',
    schema: () => z.string().regex(INSTANCE_NAME, `expected ${INSTANCE_NAME_FORM}`),
    help: 'With --instances: the one to work on. Over stdio and for commands one must be named; over HTTP all are served',
  },
  sandbox: {
    flag: '--sandbox',
    env: 'CLERK_MCP_SANDBOX',
    schema: onOff,
    help: 'Work on the built-in sandbox, a local twin of the API; no Clerk account needed',
  },
  seed: {
    flag: '--seed <file>',
    env: 'CLERK_MCP_SEED',
    schema: path,
    help: 'What the sandbox starts with: a JSON description like examples/sandbox.seed.example.json, or the words demo or empty',
    default: 'demo',
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
  toolsets: {
    flag: '--toolsets <groups...>',
    env: 'CLERK_MCP_TOOLSETS',
    schema: list,
    help: 'Offer only these groups of tools, separated by commas: users,organizations',
  },
  profile: {
    flag: '--profile <names...>',
    env: 'CLERK_MCP_PROFILE',
    schema: profiles,
    help: `Offer ready-made choices, separated by commas: ${PROFILE_NAMES.join(', ')}`,
  },
  discovery: {
    flag: '--discovery',
    env: 'CLERK_MCP_DISCOVERY',
    schema: onOff,
    help: 'List four tools that find, describe and call the others instead of all of them; those of --tools are listed beside them',
  },
  openapi: {
    flag: '--openapi <file>',
    env: 'CLERK_MCP_OPENAPI',
    schema: path,
    help: "Adds operations that only one of Clerk's OpenAPI documents has, as unreviewed tools: all are gated except reads without secrets",
  },
  openapiWatch: {
    flag: '--openapi-watch <url>',
    env: 'CLERK_MCP_OPENAPI_WATCH',
    schema: () => z.string().refine(isBareWebAddress, 'expected an https address without a user and a password'),
    help: "Reads Clerk's OpenAPI document there once a day, and tells by log, metric and doctor what the catalog lacks; nothing becomes a tool",
  },
  results: {
    flag: '--results <form>',
    env: 'CLERK_MCP_RESULTS',
    schema: () => z.enum(['short', 'full']),
    help: "short: lists show what distinguishes their items, and objects omit empty values; full: the API's answers unchanged",
    default: 'short',
  },
  times: {
    flag: '--times <form>',
    env: 'CLERK_MCP_TIMES',
    schema: () => z.enum(['unix', 'iso']),
    help: 'How answers give times: in Unix milliseconds, as the API does, or as ISO 8601',
    default: 'unix',
  },
  maxResultTokens: {
    flag: '--max-result-tokens <n>',
    env: 'CLERK_MCP_MAX_RESULT_TOKENS',
    schema: () => z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.int().min(1000).max(1_000_000)),
    help: 'The most tokens that one answer may cost a model',
    default: '25000',
  },
  structured: {
    flag: '--structured',
    env: 'CLERK_MCP_STRUCTURED',
    schema: onOff,
    help: 'Also give answers as structuredContent and tools an outputSchema, for clients that run code on answers',
  },
  confirm: {
    flag: '--confirm <strength>',
    env: 'CLERK_MCP_CONFIRM',
    schema: () => z.enum(CONFIRMATIONS),
    help: 'How gated calls are confirmed: flag, token, person, passkey or two (people); auto is person on a live instance and wherever the client can ask, and flag elsewhere',
    default: 'auto',
  },
  ask: {
    flag: '--ask <ways...>',
    env: 'CLERK_MCP_ASK',
    schema: ways,
    help: 'How a person is asked, in this order: client (a form in their client), page (where approvers sign in; see docs/approvals.md)',
    default: 'client,page',
  },
  askWait: {
    flag: '--ask-wait <ms>',
    env: 'CLERK_MCP_ASK_WAIT_MS',
    schema: () => count(0, 600_000, 'whole number of milliseconds'),
    help: 'How long a call waits for an approver before it is answered with approval_pending',
    default: '45000',
  },
  approvers: {
    flag: '--approvers <file>',
    env: 'CLERK_MCP_APPROVERS',
    schema: path,
    help: 'The people who approve, as `clerk-mcp approver add` writes them; read again when it changes',
    default: 'approvers.json in the clerk-mcp folder of your configuration',
  },
  approvalsPort: {
    flag: '--approvals-port <number>',
    env: 'CLERK_MCP_APPROVALS_PORT',
    schema: () => count(0, 65_535, 'port'),
    help: 'Over stdio: the loopback port on which approvals are served once one is needed; 0 takes a free one',
    default: '0',
  },
  approvalsUrl: {
    flag: '--approvals-url <url>',
    env: 'CLERK_MCP_APPROVALS_URL',
    schema: webAddress,
    help: 'Over HTTP: the address of /approvals as approvers reach it, for links',
    default: 'at the host of the audience, or of this machine',
  },
  approvalsWebhook: {
    flag: '--approvals-webhook <url>',
    env: 'CLERK_MCP_APPROVALS_WEBHOOK',
    schema: webAddress,
    help: 'An address that is told when a call waits for approval: with a link, without personal data. Needs CLERK_MCP_WEBHOOK_SECRET, which signs the messages',
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
    help: 'Records every call that changes something or is gated; while it cannot be written, gated calls are refused. A folder, or %p for the id of the process, gives each process its own file; - is standard output, with clerk-mcp http',
  },
  auditReads: {
    flag: '--audit-reads',
    env: 'CLERK_MCP_AUDIT_READS',
    schema: onOff,
    help: 'With --audit-log: records calls that only read, too; one that cannot be recorded is not made',
  },
  auditShip: {
    flag: '--audit-ship <targets...>',
    env: 'CLERK_MCP_AUDIT_SHIP',
    schema: shipTargets,
    help: 'With --audit-log: also delivers every line, at least once and in order, to these: https://… (a signed webhook), otlp or otlp+https://…, syslog+tls://host:port, syslog+tcp://, syslog+udp:// or syslog+unix:///path, separated by commas. See docs/audit.md',
  },
  secretsDir: {
    flag: '--secrets-dir <dir>',
    env: 'CLERK_MCP_SECRETS_DIR',
    schema: path,
    help: 'Secrets in answers go into new files here instead of into the conversation',
  },
  stateDir: {
    flag: '--state-dir <dir>',
    env: 'CLERK_MCP_STATE_DIR',
    schema: path,
    help: 'Keeps plans, their progress and what is needed to take changes back, encrypted, across restarts; single calls can be taken back only with it',
    default: 'in memory',
  },
  undoDays: {
    flag: '--undo-days <n>',
    env: 'CLERK_MCP_UNDO_DAYS',
    schema: () => count(0, 365),
    help: 'How long the former state of what was changed is kept to take changes back; 0 keeps none',
    default: '7',
  },
  filesDir: {
    flag: '--files-dir <dir>',
    env: 'CLERK_MCP_FILES_DIR',
    schema: path,
    help: 'Where scans write their files; over stdio also the folder below which a call may name an image',
    default: 'the working folder over stdio; over HTTP none, and scans write no files',
  },
  timeout: {
    flag: '--timeout <ms>',
    env: 'CLERK_MCP_TIMEOUT_MS',
    schema: milliseconds,
    help: 'Time limit of one call, retries included',
    default: '30000',
  },
  jobTimeout: {
    flag: '--job-timeout <ms>',
    env: 'CLERK_MCP_JOB_TIMEOUT_MS',
    schema: () => count(1, 3_600_000, 'whole number of milliseconds'),
    help: 'Time limit of a tool that makes many calls; it then answers with what it has',
    default: '300000',
  },
  clerkLimit: {
    flag: '--clerk-limit <n>',
    env: 'CLERK_MCP_CLERK_LIMIT',
    schema: () => count(10, 1_000_000),
    help: 'Requests that Clerk accepts from the instance in 10 s; calls over HTTP, and those of jobs, use nine tenths of them, then take turns',
    default: '1000 on a live instance, 100 on a test one',
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
    schema: () => z.enum(LOG_LEVELS),
    help: `Logs to stderr: ${LOG_LEVELS.join(', ')}`,
    default: 'info',
  },
} as const satisfies Record<string, Option>;
