/** Who makes a request, as the application that mounts the handler knows them. */
export interface FetchCaller {
  /** The name in rules, budgets, confirmations and the audit log; sessions belong to it. */
  readonly name: string;
  /** What they may do. Other scopes in the list are ignored. */
  readonly scopes: readonly (
    | 'clerk:read'
    | 'clerk:write'
    | 'clerk:destructive'
    | 'clerk:credential'
    | 'clerk:access'
    | (string & {})
  )[];
  /** The names of the instances that they may reach, where {@link FetchHandlerOptions.instances} names several. Default: none. */
  readonly instances?: readonly string[];
  /** When their credential ends, in Unix milliseconds: their sessions end then. Default: never. */
  readonly expiresAt?: number;
  /** Aborted when their credential is withdrawn: their sessions end then. */
  readonly withdrawn?: AbortSignal;
}

/**
 * Settings of the handler. Each has the meaning and the default of the flag of `clerk-mcp http` with the same name, and
 * wins over its environment variable.
 */
export interface FetchHandlerOptions {
  /** The instance's secret key. Default: `CLERK_SECRET_KEY`, or the file that `CLERK_SECRET_KEY_FILE` names. */
  readonly secretKey?: string;
  /** Where Clerk's Backend API is. Default: `CLERK_API_URL`, or `https://api.clerk.com/v1`. */
  readonly apiUrl?: string;
  /** What confirmations are signed with, 32 bytes or more. Default: `CLERK_MCP_SIGNING_KEY`, or random. */
  readonly signingKey?: string;
  /**
   * Tells who makes a request, instead of {@link auth}; `undefined` for an unknown caller, who gets 401. It must not
   * read the body. One of the two must be given, except on the sandbox, where `auth` is `none` by default.
   */
  readonly authenticate?: (request: { readonly headers: Headers }) => Promise<FetchCaller | undefined> | FetchCaller | undefined;
  /** The prefix of the paths under which the handler is mounted: `/api` for `/api/mcp`. Default: none. */
  readonly basePath?: string;

  // Written by `npm run docs:tables` from the table of settings.
  // settings:begin
  /** Several instances by name, YAML or JSON like examples/instances.yml; over HTTP each has a path of its own, /mcp/NAME. */
  readonly instances?: string;
  /** With --instances: the one to work on. Over stdio and for commands one must be named; over HTTP all are served. */
  readonly instance?: string;
  /** Work on the built-in sandbox, a local twin of the API; no Clerk account needed. */
  readonly sandbox?: boolean;
  /** What the sandbox starts with: a JSON description like examples/sandbox.seed.example.json, or the words demo or empty. Default: demo. */
  readonly seed?: string;
  /** Offer only tools that read. */
  readonly readOnly?: boolean;
  /** Offer only these: names, groups or globs, separated by commas. Default: all. */
  readonly tools?: string | readonly string[];
  /** Leave these out; wins over --tools. */
  readonly exclude?: string | readonly string[];
  /** Offer only these groups of tools, separated by commas: users,organizations. */
  readonly toolsets?: string | readonly string[];
  /** Offer ready-made choices, separated by commas: support, offboarding, incident, onboarding, privacy, security, access, sso, machines, billing, release, read, everything. */
  readonly profile?: string | readonly string[];
  /** List four tools that find, describe and call the others instead of all of them; those of --tools are listed beside them. */
  readonly discovery?: boolean;
  /** Adds operations that only one of Clerk's OpenAPI documents has, as unreviewed tools: all are gated except reads without secrets. */
  readonly openapi?: string;
  /** Reads Clerk's OpenAPI document there once a day, and tells by log, metric and doctor what the catalog lacks; nothing becomes a tool. */
  readonly openapiWatch?: string;
  /** short: lists show what distinguishes their items, and objects omit empty values; full: the API's answers unchanged. Default: short. */
  readonly results?: 'short' | 'full';
  /** How answers give times: in Unix milliseconds, as the API does, or as ISO 8601. Default: unix. */
  readonly times?: 'unix' | 'iso';
  /** The most tokens that one answer may cost a model. Default: 25000. */
  readonly maxResultTokens?: number;
  /** Also give answers as structuredContent and tools an outputSchema, for clients that run code on answers. */
  readonly structured?: boolean;
  /** How gated calls are confirmed: flag, token, person, passkey or two (people); auto is person on a live instance and wherever the client can ask, and flag elsewhere. Default: auto. */
  readonly confirm?: 'auto' | 'flag' | 'token' | 'person' | 'passkey' | 'two';
  /** How a person is asked, in this order: client (a form in their client), page (where approvers sign in; see docs/approvals.md). Default: client,page. */
  readonly ask?: string | readonly string[];
  /** How long a call waits for an approver before it is answered with approval_pending. In milliseconds. Default: 45000. */
  readonly askWait?: number;
  /** The people who approve, as `clerk-mcp approver add` writes them; read again when it changes. Default: approvers.json in the clerk-mcp folder of your configuration. */
  readonly approvers?: string;
  /** Over stdio: the loopback port on which approvals are served once one is needed; 0 takes a free one. Default: 0. */
  readonly approvalsPort?: number;
  /** Over HTTP: the address of /approvals as approvers reach it, for links. Default: at the host of the audience, or of this machine. */
  readonly approvalsUrl?: string;
  /** An address that is told when a call waits for approval: with a link, without personal data. Needs CLERK_MCP_WEBHOOK_SECRET, which signs the messages. */
  readonly approvalsWebhook?: string;
  /** Rules and budgets, as JSON; they come before the built-in ones. */
  readonly policy?: string;
  /** Records every call that changes something or is gated; while it cannot be written, gated calls are refused. A folder, or %p for the id of the process, gives each process its own file; - is standard output, with clerk-mcp http. */
  readonly auditLog?: string;
  /** With --audit-log: records calls that only read, too; one that cannot be recorded is not made. */
  readonly auditReads?: boolean;
  /** With --audit-log: also delivers every line, at least once and in order, to these: https://… (a signed webhook), otlp or otlp+https://…, syslog+tls://host:port, syslog+tcp://, syslog+udp:// or syslog+unix:///path, separated by commas. See docs/audit.md. */
  readonly auditShip?: string | readonly string[];
  /** Secrets in answers go into new files here instead of into the conversation. */
  readonly secretsDir?: string;
  /** Keeps plans, their progress and what is needed to take changes back, encrypted, across restarts; single calls can be taken back only with it. Default: in memory. */
  readonly stateDir?: string;
  /** How long the former state of what was changed is kept to take changes back; 0 keeps none. Default: 7. */
  readonly undoDays?: number;
  /** Where scans write their files; over stdio also the folder below which a call may name an image. Default: the working folder over stdio; over HTTP none, and scans write no files. */
  readonly filesDir?: string;
  /** Time limit of one call, retries included. In milliseconds. Default: 30000. */
  readonly timeout?: number;
  /** Time limit of a tool that makes many calls; it then answers with what it has. In milliseconds. Default: 300000. */
  readonly jobTimeout?: number;
  /** Requests that Clerk accepts from the instance in 10 s; calls over HTTP, and those of jobs, use nine tenths of them, then take turns. Default: 1000 on a live instance, 100 on a test one. */
  readonly clerkLimit?: number;
  /** Time limit for connecting to Clerk. In milliseconds. Default: 5000. */
  readonly connectTimeout?: number;
  /** Logs to stderr: fatal, error, warn, info, debug, trace, silent. Default: info. */
  readonly logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Who may call: none (this machine only), token (a file of tokens) or oauth (JWT access tokens of an issuer). Default: none. */
  readonly auth?: 'none' | 'token' | 'oauth';
  /** With --auth token: the file that `clerk-mcp token new` writes; read again when it changes. */
  readonly tokens?: string;
  /** With --auth oauth: who issues the tokens, exactly as in their iss claim. */
  readonly issuer?: string;
  /** With --auth oauth: what the aud claim of a token must hold; the first is the address of /mcp that clients use. */
  readonly audience?: string | readonly string[];
  /** With --auth oauth: who may have which scopes and tools at most, YAML or JSON; others may do nothing. Read again when it changes. */
  readonly grants?: string;
  /** With --auth oauth: the client by which approvers sign in at the issuer. A confidential one has its secret in CLERK_MCP_APPROVALS_CLIENT_SECRET. */
  readonly approvalsClientId?: string;
  /** With --auth oauth: the client by which the server asks the issuer whether a token was revoked, every 10 s at most. Needs --introspection-secret-file. Default: not asked: tokens count until they expire. */
  readonly introspectionClientId?: string;
  /** A file with the secret of that client and nothing else. */
  readonly introspectionSecretFile?: string;
  /** A file with one token, of 32 characters or more, that is good for /metrics and nothing else; read again on SIGHUP. */
  readonly metricsTokenFile?: string;
  /** Names under which clients reach the server, with or without a port. Default: the names of this machine, and the host of the audience. */
  readonly allowedHosts?: string | readonly string[];
  /** Web pages whose scripts may call, like https://app.example.com; :* stands for any port. Default: on a loopback address this machine's pages, elsewhere none. */
  readonly allowedOrigins?: string | readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is trusted. Default: none. */
  readonly trustedProxies?: string | readonly string[];
  /** `false`: Do not serve HTTP+SSE (GET /sse, POST /messages), which only older clients need. */
  readonly sse?: boolean;
  /** `false`: Leave every request to the SDK, without the short way for tool calls: slower, and answered alike. */
  readonly quickPath?: boolean;
  /** For several processes: the Redis or Valkey that holds what they must agree on: redis://host:port, rediss:// for TLS, redis+sentinel://host:port,host:port/primary or redis+cluster://host:port,host:port. Needs CLERK_MCP_SIGNING_KEY. Default: in memory. */
  readonly store?: string;
  /** A file with the store's password alone, instead of one in its address. */
  readonly storePasswordFile?: string;
  /** A file with the password of the Sentinels, where they have one. */
  readonly storeSentinelPasswordFile?: string;
  /** A PEM file with the authority that signed the store's certificate, which is always checked. Default: the authorities that Node trusts. */
  readonly storeCa?: string;
  /** Largest body of a request. Default: 4194304. */
  readonly maxBody?: number;
  /** Time within which a request with its body must arrive. In milliseconds. Default: 10000. */
  readonly requestTimeout?: number;
  /** Sessions at the same time, of all callers (clients before 2026-07-28 have one each). Default: 1000. */
  readonly maxSessions?: number;
  /** Sessions at the same time, of one caller. Default: 32. */
  readonly maxSessionsPerCaller?: number;
  /** Time without a request or an open stream after which a session ends. In milliseconds. Default: 1800000. */
  readonly sessionIdle?: number;
  /** Calls in progress at the same time, of all callers; a call that waits for a person counts. Default: 256. */
  readonly maxInFlight?: number;
  /** Calls in progress at the same time, of one caller. Default: 16. */
  readonly maxInFlightPerCaller?: number;
  /** Calls of one caller in any minute, in all processes; ten times as many messages of other kinds. Default: 600. */
  readonly maxCallsPerMinute?: number;
  // settings:end
}
