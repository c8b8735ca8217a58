import * as z from 'zod';
import type { Option } from './option.js';
import { count, list, milliseconds, onOff, path } from './value-forms.js';

export const AUTHENTICATIONS = ['none', 'token', 'oauth'] as const;

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
