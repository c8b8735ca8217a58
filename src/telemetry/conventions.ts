/**
 * What spans may tell, by attribute. The names are those of OpenTelemetry's conventions where there is one. None holds what a
 * caller wrote, an id of anything in the instance, or a secret. docs/telemetry.md shows this; code takes only the types from here.
 */
export const ATTRIBUTES = {
  'mcp.method.name': 'The method of the request, such as `tools/call`.',
  'mcp.protocol.version': 'The revision of MCP that is spoken.',
  'gen_ai.operation.name': '`execute_tool`, for a call of a tool.',
  'gen_ai.tool.name': 'The tool, where it is one that this server lists.',
  'jsonrpc.request.id': 'The id of the request, where it is a number.',
  'rpc.response.status_code': 'The JSON-RPC error code, where the request ends with one.',
  'network.transport': '`pipe` over stdio, `tcp` over HTTP.',
  'network.protocol.name': '`http`, over HTTP.',
  'error.type':
    'Why it failed: `tool_error` for a result with `isError`, a JSON-RPC or HTTP status, a code of the system, or the class of an error.',
  'clerk_mcp.instance': 'The instance, where several are served.',
  'clerk_mcp.operation': 'The operation of the catalog.',
  'clerk_mcp.risk': 'Its risk: `read`, `write`, `destructive`, `credential` or `access`.',
  'clerk_mcp.outcome': 'How the call ended, as in `clerk_mcp_calls_total`.',
  'clerk_mcp.policy.decision': 'What the policy said: `allow`, `refuse`, `ask`, `link`, or `none` where it was not asked.',
  'clerk_mcp.error.code': "One of this server's own error codes, where the call ended with one.",
  'clerk_mcp.retry.reason': 'Why a request is sent again, such as `rate_limited`.',
  'http.request.method': 'The HTTP method.',
  'url.template': 'The path with its parameters unfilled, such as `/v1/users/{user_id}`.',
  'server.address': "The host of Clerk's API.",
  'server.port': 'Its port.',
  'http.response.status_code': 'The status of the answer, where one came.',
  'http.request.resend_count': 'How many times the request had been sent before.',
} as const satisfies Readonly<Record<string, string>>;

export type AttributeName = keyof typeof ATTRIBUTES;

interface SpanConvention {
  /** An attribute in braces is filled in where it is known. */
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  readonly about: string;
  readonly attributes: readonly AttributeName[];
  /** A histogram of the durations in seconds, with some of the attributes. */
  readonly metric?: { readonly name: string; readonly attributes: readonly AttributeName[] };
}

const CALL = [
  'clerk_mcp.operation',
  'clerk_mcp.risk',
  'clerk_mcp.outcome',
  'clerk_mcp.policy.decision',
  'clerk_mcp.error.code',
] as const;

export const SPANS = {
  request: {
    name: '{mcp.method.name} {gen_ai.tool.name}',
    kind: 'server',
    about: 'One request of a client, from its arrival to its answer.',
    attributes: [
      'mcp.method.name',
      'mcp.protocol.version',
      'gen_ai.operation.name',
      'gen_ai.tool.name',
      'jsonrpc.request.id',
      'rpc.response.status_code',
      'network.transport',
      'network.protocol.name',
      'error.type',
      'clerk_mcp.instance',
      ...CALL,
    ],
    metric: {
      name: 'mcp.server.operation.duration',
      attributes: [
        'mcp.method.name',
        'gen_ai.tool.name',
        'mcp.protocol.version',
        'network.transport',
        'rpc.response.status_code',
        'error.type',
        'clerk_mcp.instance',
      ],
    },
  },
  part: {
    name: 'execute_tool {clerk_mcp.operation}',
    kind: 'internal',
    about: 'One of the many calls of a job, such as a plan that is applied.',
    attributes: [...CALL, 'error.type'],
  },
  policy: {
    name: 'policy',
    kind: 'internal',
    about: 'What the policy does to decide, with what it reads for that and with its waits for people.',
    attributes: ['clerk_mcp.policy.decision', 'clerk_mcp.error.code', 'error.type'],
  },
  question: {
    name: 'elicitation/create',
    kind: 'client',
    about: "A question to the client's person, and the wait for the answer.",
    attributes: ['mcp.method.name', 'error.type'],
  },
  approval: {
    name: 'wait for approval',
    kind: 'internal',
    about: 'The wait for people who approve on the page or at a terminal.',
    attributes: ['error.type'],
  },
  turn: {
    name: 'wait for rate limit',
    kind: 'internal',
    about: "The wait for a turn below Clerk's limit, where it took 50 ms or more.",
    attributes: [],
  },
  retry: {
    name: 'wait to retry',
    kind: 'internal',
    about: 'The wait before a request is sent again.',
    attributes: ['clerk_mcp.retry.reason', 'error.type'],
  },
  http: {
    name: '{http.request.method} {url.template}',
    kind: 'client',
    about: "One HTTP request to Clerk's API.",
    attributes: [
      'http.request.method',
      'url.template',
      'server.address',
      'server.port',
      'http.response.status_code',
      'http.request.resend_count',
      'error.type',
      'clerk_mcp.operation',
    ],
    metric: {
      name: 'http.client.request.duration',
      attributes: [
        'http.request.method',
        'url.template',
        'server.address',
        'server.port',
        'http.response.status_code',
        'error.type',
      ],
    },
  },
} as const satisfies Readonly<Record<string, SpanConvention>>;

export type SpanName = keyof typeof SPANS;
