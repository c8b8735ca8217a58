/** One who calls, as the application that mounts the handler knows them. */
export interface MountedCaller {
  /** The name in rules, budgets, confirmations and the audit log; sessions belong to it. */
  readonly name: string;
  /** What they may do; whatever else is in the list means nothing here. */
  readonly scopes: readonly (
    | 'clerk:read'
    | 'clerk:write'
    | 'clerk:destructive'
    | 'clerk:credential'
    | 'clerk:access'
    | (string & {})
  )[];
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

  readonly sandbox?: boolean;
  readonly readOnly?: boolean;
  readonly tools?: readonly string[];
  readonly exclude?: readonly string[];
  /** The path of a file. */
  readonly openapi?: string;
  readonly confirm?: 'auto' | 'flag' | 'token' | 'person';
  /** The path of a file. */
  readonly policy?: string;
  /** The path of a file. */
  readonly auditLog?: string;
  /** The path of a folder. */
  readonly secretsDir?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Milliseconds. */
  readonly connectTimeout?: number;
  readonly logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

  /** Must be given, here or as {@link authenticate}, but on the sandbox, where it is `none` by default. */
  readonly auth?: 'none' | 'token' | 'oauth';
  /** The path of a file. */
  readonly tokens?: string;
  readonly issuer?: string;
  readonly audience?: string | readonly string[];
  /**
   * Says who makes a request, instead of {@link auth}; `undefined` for nobody, which is answered with 401. The body is
   * not to be read.
   */
  readonly authenticate?: (request: {
    readonly headers: Headers;
  }) => Promise<MountedCaller | undefined> | MountedCaller | undefined;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly trustedProxies?: readonly string[];
  /** What the paths begin with where the handler is mounted: `/api` for `/api/mcp`. Default: nothing. */
  readonly basePath?: string;
  readonly sse?: boolean;
  readonly quickPath?: boolean;
  readonly store?: string;
  /** Bytes. */
  readonly maxBody?: number;
  /** Milliseconds. */
  readonly requestTimeout?: number;
  readonly maxSessions?: number;
  readonly maxSessionsPerCaller?: number;
  /** Milliseconds. */
  readonly sessionIdle?: number;
  readonly maxInFlight?: number;
  readonly maxInFlightPerCaller?: number;
  readonly maxCallsPerMinute?: number;
  readonly clerkLimit?: number;
}
