import * as z from 'zod';
import { PROFILE_NAMES } from '../catalog/profiles.js';
import { expandHome } from '../platform/home.js';
import { LOG_LEVELS } from '../platform/log-levels.js';

/** One setting: its flag, its environment variable, its form and what it is for. The help, the checks and the README read it here. */
export interface Option {
  /** Commander's flag syntax: `--tools <patterns>`. */
  readonly flag: string;
  readonly env?: string;
  /** Made when the setting is given: most are not. */
  readonly schema: () => z.ZodType;
  readonly help: string;
  /** Shown in the help; the schema holds the real one. */
  readonly default?: string;
}

/** A list written with commas; a flag given twice adds to it. */
const list = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().flatMap((part) => part.split(',')))
    .transform((parts) => parts.map((part) => part.trim()).filter((part) => part !== ''))
    .refine((parts) => parts.length > 0, 'is empty');

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off']);

const onOff = () =>
  z.union([z.boolean(), z.string()]).transform((value, context) => {
    if (typeof value === 'boolean') return value;
    const word = value.trim().toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
    context.addIssue({ code: 'custom', message: 'expected true or false' });
    return z.NEVER;
  });

/** Of a file or a folder; `~` is the home of this person. */
const path = () => z.string().min(1, 'expected a path').transform(expandHome);

const count = (least: number, most: number, of = 'whole number') =>
  z.string().regex(/^\d+$/, `expected a ${of}`).transform(Number).pipe(z.int().min(least).max(most));

/** An https address; http is for this machine only. */
const webAddress = () =>
  z
    .string()
    .refine(isWebAddress, 'expected an https address')
    .transform((url) => url.replace(/\/$/, ''));

const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && THIS_MACHINE.test(hostname));
}

/** One that holds no secret, since it is shown. */
function isBareWebAddress(text: string): boolean {
  if (!isWebAddress(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

const ways = () => list().pipe(z.array(z.enum(WAYS_OF_ASKING, `expected ${WAYS_OF_ASKING.join(' or ')}`)));

const profiles = () => list().pipe(z.array(z.enum(PROFILE_NAMES, `expected names out of ${PROFILE_NAMES.join(', ')}`)));

const milliseconds = () => count(1, 600_000, 'whole number of milliseconds');

export const AUTHENTICATIONS = ['none', 'token', 'oauth'] as const;

export const CONFIRMATIONS = ['auto', 'flag', 'token', 'person', 'passkey', 'two'] as const;

export const WAYS_OF_ASKING = ['client', 'page'] as const;

/** The MCP clients whose configuration `init` writes. */
export const CLIENTS = ['claude-desktop', 'claude-code', 'cursor', 'vscode', 'windsurf', 'gemini', 'codex'] as const;

/** What every command that makes calls takes. */
export const OPTIONS = {
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
    help: 'List four tools that find, describe and call the others instead of all of them',
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
    help: 'Told when a call waits for approval: a link, no personal data. Needs CLERK_MCP_WEBHOOK_SECRET, with which messages are signed',
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
    help: 'Records every call that changes something or is gated; while it cannot be written, gated calls are refused. A folder, or %p for the id of the process, gives each process its own file',
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
    help: 'Keeps plans, how far they are, and what takes changes back, encrypted, across restarts; single calls can be taken back only with it',
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

/** A time as RFC 3339 or Unix milliseconds has it, in Unix milliseconds. */
const moment = () =>
  z.string().transform((text, context) => {
    const time = /^\d+$/.test(text)
      ? Number(text)
      : z.iso.datetime({ offset: true }).safeParse(text).success
        ? Date.parse(text)
        : Number.NaN;
    if (Number.isSafeInteger(time)) return time;
    context.addIssue({ code: 'custom', message: 'expected a time like 2026-01-31T12:00:00Z, or Unix milliseconds' });
    return z.NEVER;
  });

/** What the command that serves the sandbox takes. */
export const SANDBOX_OPTIONS = {
  port: {
    flag: '--port <number>',
    schema: () => count(0, 65_535, 'port'),
    help: 'Port on the loopback address; 0 takes a free one',
    default: '5775',
  },
  seed: OPTIONS.seed,
  state: {
    flag: '--state <file>',
    schema: path,
    help: 'Keeps the state in this file across restarts; the seed is used only if the file does not exist yet',
  },
  now: {
    flag: '--now <time>',
    schema: moment,
    help: 'Stops the clock at this time, so that every run has the same times',
  },
  randomSeed: {
    flag: '--random-seed <text>',
    schema: () => z.string().min(1, 'expected a text'),
    help: 'Makes the key, ids and tokens the same in every run',
  },
  faults: {
    flag: '--faults <json>',
    schema: () => z.string().min(1, 'expected JSON or a file'),
    help: 'What goes wrong, as JSON or a file of it: {"fault":"rate_limit","operations":"Users","times":2}',
  },
  webhook: {
    flag: '--webhook <url>',
    schema: () => z.url({ protocol: /^https?$/, error: 'expected an http or https address' }),
    help: 'Sends events there as Clerk does, signed; a seed can name several, with filters',
  },
  webhookSecret: {
    flag: '--webhook-secret <secret>',
    env: 'CLERK_WEBHOOK_SIGNING_SECRET',
    schema: () => z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'expected whsec_ and base64'),
    help: 'With --webhook: what events are signed with; without it one is made and printed',
  },
  rateLimit: {
    flag: '--rate-limit',
    schema: onOff,
    help: 'The limits of a development instance hold',
  },
  logLevel: OPTIONS.logLevel,
} as const satisfies Record<string, Option>;

/** What the command that serves over HTTP takes besides. */
export const HTTP_OPTIONS = {
  host: {
    flag: '--host <address>',
    env: 'CLERK_MCP_HOST',
    schema: () => z.string().min(1, 'expected an address'),
    help: 'Address to listen on',
    default: '127.0.0.1',
  },
  port: {
    flag: '--port <number>',
    env: 'CLERK_MCP_PORT',
    schema: () => count(0, 65_535, 'port'),
    help: 'Port to listen on; 0 takes a free one, which the log names',
    default: '3000',
  },
  auth: {
    flag: '--auth <kind>',
    env: 'CLERK_MCP_AUTH',
    schema: () => z.enum(AUTHENTICATIONS),
    help: 'Who may call: none (this machine only), token (a file of tokens) or oauth (JWT access tokens of an issuer)',
    default: 'none',
  },
  tokens: {
    flag: '--tokens <file>',
    env: 'CLERK_MCP_TOKENS',
    schema: path,
    help: 'With --auth token: the file that `clerk-mcp token new` writes; read again when it changes',
  },
  issuer: {
    flag: '--issuer <url>',
    env: 'CLERK_MCP_ISSUER',
    schema: () => z.url('expected an address'),
    help: 'With --auth oauth: who issues the tokens, exactly as in their iss claim',
  },
  audience: {
    flag: '--audience <urls...>',
    env: 'CLERK_MCP_AUDIENCE',
    schema: list,
    help: 'With --auth oauth: what the aud claim of a token must hold; the first is the address of /mcp that clients use',
  },
  approvalsClientId: {
    flag: '--approvals-client-id <id>',
    env: 'CLERK_MCP_APPROVALS_CLIENT_ID',
    schema: () => z.string().min(1, 'expected an id').max(500),
    help: 'With --auth oauth: the client by which approvers sign in at the issuer. A confidential one has its secret in CLERK_MCP_APPROVALS_CLIENT_SECRET',
  },
  allowedHosts: {
    flag: '--allowed-hosts <hosts...>',
    env: 'CLERK_MCP_ALLOWED_HOSTS',
    schema: list,
    help: 'Names under which clients reach the server, with or without a port',
    default: 'the names of this machine, and the host of the audience',
  },
  allowedOrigins: {
    flag: '--allowed-origins <origins...>',
    env: 'CLERK_MCP_ALLOWED_ORIGINS',
    schema: list,
    help: 'Web pages whose scripts may call, like https://app.example.com; :* stands for any port',
    default: "on a loopback address this machine's pages, elsewhere none",
  },
  trustedProxies: {
    flag: '--trusted-proxies <addresses...>',
    env: 'CLERK_MCP_TRUSTED_PROXIES',
    schema: list,
    help: 'Addresses and networks of proxies whose X-Forwarded-For is trusted',
    default: 'none',
  },
  sse: {
    flag: '--no-sse',
    env: 'CLERK_MCP_SSE',
    schema: onOff,
    help: 'Do not serve HTTP+SSE (GET /sse, POST /messages), which only older clients need',
  },
  quickPath: {
    flag: '--no-quick-path',
    env: 'CLERK_MCP_QUICK_PATH',
    schema: onOff,
    help: 'Leave every request to the SDK, without the short way for tool calls: slower, and answered alike',
  },
  store: {
    flag: '--store <url>',
    env: 'CLERK_MCP_STORE',
    schema: () => z.string().min(1, 'expected an address'),
    help: 'For several processes: the Redis or Valkey, redis://host:port, that holds what they must agree on. Needs CLERK_MCP_SIGNING_KEY',
    default: 'in memory',
  },
  maxBody: {
    flag: '--max-body <bytes>',
    env: 'CLERK_MCP_MAX_BODY_BYTES',
    schema: () => count(1024, 64 * 1024 * 1024),
    help: 'Largest body of a request',
    default: '4194304',
  },
  headersTimeout: {
    flag: '--headers-timeout <ms>',
    env: 'CLERK_MCP_HEADERS_TIMEOUT_MS',
    schema: milliseconds,
    help: 'Time within which the headers of a request must arrive',
    default: '10000',
  },
  requestTimeout: {
    flag: '--request-timeout <ms>',
    env: 'CLERK_MCP_REQUEST_TIMEOUT_MS',
    schema: milliseconds,
    help: 'Time within which a request with its body must arrive',
    default: '10000',
  },
  maxConnections: {
    flag: '--max-connections <n>',
    env: 'CLERK_MCP_MAX_CONNECTIONS',
    schema: () => count(1, 1_000_000),
    help: 'Connections at the same time; further ones are dropped',
    default: '2048',
  },
  maxSessions: {
    flag: '--max-sessions <n>',
    env: 'CLERK_MCP_MAX_SESSIONS',
    schema: () => count(1, 1_000_000),
    help: 'Sessions at the same time, of all callers (clients before 2026-07-28 have one each)',
    default: '1000',
  },
  maxSessionsPerCaller: {
    flag: '--max-sessions-per-caller <n>',
    env: 'CLERK_MCP_MAX_SESSIONS_PER_CALLER',
    schema: () => count(1, 1_000_000),
    help: 'Sessions at the same time, of one caller',
    default: '32',
  },
  sessionIdle: {
    flag: '--session-idle <ms>',
    env: 'CLERK_MCP_SESSION_IDLE_MS',
    schema: () => count(1, 7 * 24 * 3_600_000, 'whole number of milliseconds'),
    help: 'Time without a request or an open stream after which a session ends',
    default: '1800000',
  },
  maxInFlight: {
    flag: '--max-in-flight <n>',
    env: 'CLERK_MCP_MAX_IN_FLIGHT',
    schema: () => count(1, 1_000_000),
    help: 'Calls in progress at the same time, of all callers; a call that waits for a person counts',
    default: '256',
  },
  maxInFlightPerCaller: {
    flag: '--max-in-flight-per-caller <n>',
    env: 'CLERK_MCP_MAX_IN_FLIGHT_PER_CALLER',
    schema: () => count(1, 1_000_000),
    help: 'Calls in progress at the same time, of one caller',
    default: '16',
  },
  maxCallsPerMinute: {
    flag: '--max-calls-per-minute <n>',
    env: 'CLERK_MCP_MAX_CALLS_PER_MINUTE',
    schema: () => count(1, 1_000_000),
    help: 'Calls of one caller in any minute, in all processes; ten times as many messages of other kinds',
    default: '600',
  },
} as const satisfies Record<string, Option>;

/** What the command that writes the configuration of clients takes besides. */
export const INIT_OPTIONS = {
  client: {
    flag: '--client <name>',
    schema: () => z.enum(CLIENTS, `expected one of ${CLIENTS.join(', ')}`),
    help: `Whose configuration: ${CLIENTS.join(', ')}`,
    default: 'the one that is installed',
  },
  name: {
    flag: '--name <name>',
    schema: () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected up to 64 letters, digits, - and _'),
    help: 'What the entry is called there',
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
    default: 'asked for where nobody is enrolled',
  },
  print: {
    flag: '--print',
    schema: onOff,
    help: 'Show what would be written, and write nothing',
  },
} as const satisfies Record<string, Option>;
