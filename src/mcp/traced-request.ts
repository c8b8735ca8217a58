import { ProtocolError, type Result, type ServerContext } from '@modelcontextprotocol/server';
import { isRecord } from '../platform/is-record.js';
import { type Span, type TraceHeaders, tracer } from '../telemetry/tracing.js';

/** What a span of a request may tell that only those who serve it know. */
export interface RequestInsight {
  /** Whether this is the name of a tool, and not something that the caller made up. */
  readonly isTool: (name: string, context: ServerContext) => boolean;
  /** The trace context of the transport. */
  readonly headers: (context: ServerContext) => TraceHeaders | undefined;
  /** The name of the instance, where it is one of several. */
  readonly instance: string | undefined;
  /** The revision that is spoken. */
  readonly revision: (context: ServerContext) => string | undefined;
}

/** Answers one request of a client, within a span where the process is observed. */
export function tracedRequest<T extends Result>(
  method: string,
  request: unknown,
  context: ServerContext,
  insight: RequestInsight,
  answer: () => Promise<T>,
): Promise<T> {
  const tracing = tracer();
  if (tracing === undefined) return answer();
  const params = isRecord(request) && isRecord(request.params) ? request.params : {};
  const isHttp = context.http !== undefined;
  const { id } = context.mcpReq;
  const attributes = {
    'mcp.method.name': method,
    'mcp.protocol.version': insight.revision(context),
    'clerk_mcp.instance': insight.instance,
    'jsonrpc.request.id': typeof id === 'number' ? String(id) : undefined,
    'network.transport': isHttp ? 'tcp' : 'pipe',
    'network.protocol.name': isHttp ? 'http' : undefined,
    ...(method === 'tools/call' && {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': typeof params.name === 'string' && insight.isTool(params.name, context) ? params.name : undefined,
    }),
  };
  const from = { meta: params._meta, headers: insight.headers(context) };
  return tracing.within({ span: 'request', attributes, from }, async (span) => {
    try {
      const result = await answer();
      if (result.isError === true) span.fail('tool_error');
      return result;
    } catch (error) {
      if (error instanceof ProtocolError) failBy(span, error);
      throw error;
    }
  });
}

function failBy(span: Span, { code }: ProtocolError): void {
  span.set({ 'rpc.response.status_code': String(code) });
  span.fail(String(code));
}
