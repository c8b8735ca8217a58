import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/server';
import { Reply } from '../reply.js';
import { SCOPES } from './roles.js';

export interface ResourceMetadataOptions {
  /**
   * The address under which clients know the MCP endpoint: `https://mcp.example.com/mcp`. Clients
   * compare it with the address that they have, so that a slash at its end is left out.
   */
  readonly resource: string;
  readonly issuer: string;
  readonly documentation?: string | undefined;
}

const ROOT = '/.well-known/oauth-protected-resource';

/** The same address without a slash at its end. */
export const withoutSlash = (address: string): string => address.replace(/\/$/, '');

/** Where a client finds out who issues tokens for this server (RFC 9728). */
export class ResourceMetadata {
  /** The address for `WWW-Authenticate`: the one with the endpoint's path in it. */
  readonly url: string;
  readonly #paths: ReadonlySet<string>;
  readonly #document: Readonly<Record<string, unknown>>;

  constructor({ resource, issuer, documentation }: ResourceMetadataOptions) {
    this.url = getOAuthProtectedResourceMetadataUrl(new URL(withoutSlash(resource)));
    this.#paths = new Set([ROOT, new URL(this.url).pathname]);
    this.#document = {
      resource: withoutSlash(resource),
      authorization_servers: [issuer],
      scopes_supported: SCOPES,
      bearer_methods_supported: ['header'],
      resource_name: 'clerk-mcp',
      ...(documentation !== undefined && { resource_documentation: documentation }),
    };
  }

  /** The answer to a request for the document, or `undefined` for any other path. Public, to scripts of any origin too. */
  respond(request: Pick<Request, 'method' | 'url'>): Reply | undefined {
    if (!this.#paths.has(withoutSlash(new URL(request.url).pathname))) return undefined;
    const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS' };
    if (request.method === 'OPTIONS')
      return new Reply(null, { status: 204, headers: { ...headers, 'Access-Control-Allow-Headers': '*' } });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Reply(null, { status: 405, headers: { ...headers, Allow: 'GET, HEAD, OPTIONS' } });
    const body = request.method === 'HEAD' ? null : JSON.stringify(this.#document);
    return new Reply(body, {
      headers: { ...headers, 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' },
    });
  }
}
