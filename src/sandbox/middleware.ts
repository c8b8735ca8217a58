import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import { refuse } from './sandbox-error.js';

/** A request as it came in, free of node:http. */
export interface SandboxRequest {
  readonly method: string;
  /** Decoded path segments without a leading `v1`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** What the answer and its errors are told apart by. */
  readonly traceId: string;
}

/** An answer. Bytes go out as they are, everything else as JSON; no body at all when undefined. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** How the answer is spoilt on its way: it breaks off, or the connection is reset in its place. */
  readonly broken?: 'cut' | 'reset';
  /** The fault on demand that the request met. */
  readonly fault?: string;
}

/** A request together with what it was found to mean. */
export interface RoutedRequest {
  readonly request: SandboxRequest;
  /** The operation that the method and path name; undefined for none. */
  readonly operation: Operation | undefined;
  /** Values of the path's parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** The id of the machine whose secret key it came with; undefined for the instance's own. */
  readonly machine?: string;
}

export type Handle = (routed: RoutedRequest) => Promise<SandboxResponse>;

/** Wraps the handling of an routed: it may answer by itself, change the answer, or only look on. */
export type Middleware = (routed: RoutedRequest, next: Handle) => Promise<SandboxResponse>;

/** The first middleware is the outermost. */
export const compose = (middlewares: readonly Middleware[], innermost: Handle): Handle =>
  middlewares.reduceRight<Handle>((next, middleware) => (routed) => middleware(routed, next), innermost);

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

export const isJson = (request: SandboxRequest): boolean => JSON_TYPE.test(request.headers['content-type'] ?? '');

/** The body as JSON, undefined when there is none. @throws SandboxError 400 when it is malformed. */
export function jsonBody(request: SandboxRequest): unknown {
  if (request.body.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    throw refuse(400, 'request_body_invalid', 'Request body invalid', 'The request body is not valid JSON.');
  }
}
