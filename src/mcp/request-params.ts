import { ProtocolError, ProtocolErrorCode, Server, specTypeSchemas } from '@modelcontextprotocol/server';

/** The requests that are served here and have parameters. */
const SCHEMAS = {
  initialize: specTypeSchemas.InitializeRequest,
  'tools/list': specTypeSchemas.ListToolsRequest,
  'tools/call': specTypeSchemas.CallToolRequest,
} as const;

const isKnown = (method: string): method is keyof typeof SCHEMAS => method in SCHEMAS;

/** What is wrong with the parameters of a request, for its sender; the first few faults. */
export function invalidParams(method: string, request: unknown): string | undefined {
  const result = isKnown(method) ? SCHEMAS[method]['~standard'].validate(request) : undefined;
  if (result === undefined || result instanceof Promise || result.issues === undefined) return undefined;
  const faults = result.issues.slice(0, 5).map(({ path = [], message }) => `${path.map(nameOf).join('.')}: ${message}`);
  return `Invalid params for ${method}. ${faults.join('; ')}`.slice(0, 1000);
}

const nameOf = (part: PropertyKey | { readonly key: PropertyKey }): string => String(typeof part === 'object' ? part.key : part);

/** The SDK's server, but for one thing: parameters that do not fit are the sender's error, not an internal one. */
export class StrictServer extends Server {
  protected override _wrapHandler(...[method, handler]: Parameters<Server['_wrapHandler']>): ReturnType<Server['_wrapHandler']> {
    const wrapped = super._wrapHandler(method, handler);
    return async (request, context) => {
      try {
        return await wrapped(request, context);
      } catch (error) {
        const fault = error instanceof ProtocolError ? undefined : invalidParams(method, request);
        if (fault === undefined) throw error;
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, fault);
      }
    };
  }
}
