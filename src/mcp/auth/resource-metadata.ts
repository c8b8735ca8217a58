import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/server';
import type { Scope } from '../../policy/rules/scopes.js';
import { Reply } from '../reply.js';
import { SCOPES } from './roles.js';

export interface ResourceMetadataOptions {
  /**
   * The address under which clients know the MCP endpoint: `https://mcp.example.com/mcp`. Clients compare it with the
   * address that they have, so a slash at its end is left out.
   */
  readonly resource: string;
  readonly issuer: string;
  /** Whether HTTP+SSE is served as well, beside the endpoint. */
  readonly sse?: boolean;
  /** The instance that it is, where several are served at `/mcp/NAME`. Its document is at that path alone. */
  readonly instance?: string | undefined;
  /** What clients may ask for. Default: all scopes of the roles. */
  readonly scopes?: () => readonly Scope[];
  readonly documentation?: string | undefined;
}

const ROOT = '/.well-known/oauth-protected-resource';

/** The same address without a slash at its end. */
export const withoutSlash = (address: string): string => address.replace(/\/$/, '');

/** What stands under `/.well-known/` of clients that look for an authorization server. */
export interface WellKnown {
  /** The answer, or `undefined` for a path that is not its own. */
  respond(request: Pick<Request, 'method' | 'url'>): Reply | undefined;
}

/**
 * The address of HTTP+SSE beside that of `/mcp`, or of `/mcp/NAME` for an instance; none where that has another name.
 * @param instance the one of several whose address it is
 */
export const sseBeside = (resource: string, instance?: string): string | undefined => {
  const end = instance === undefined ? '/mcp' : `/mcp/${instance}`;
  const address = withoutSlash(resource);
  return address.endsWith(end) ? `${address.slice(0, -end.length)}${end.replace('/mcp', '/sse')}` : undefined;
};

/** Where a client finds out who issues tokens for this server (RFC 9728). */
export class ResourceMetadata implements WellKnown {
  /** The address for `WWW-Authenticate`, which includes the endpoint's path. */
  readonly url: string;
  /** The same for HTTP+SSE: clients compare `resource` with the address that they have. */
  readonly sseUrl: string | undefined;
  readonly #documents = new Map<string, object>();

  constructor({ resource, issuer, sse = false, instance, scopes = () => SCOPES, documentation }: ResourceMetadataOptions) {
    const add = (address: string): string => {
      const url = getOAuthProtectedResourceMetadataUrl(new URL(address));
      const document = {
        resource: address,
        authorization_servers: [issuer],
        get scopes_supported() {
          return scopes();
        },
        bearer_methods_supported: ['header'],
        resource_name: instance === undefined ? 'clerk-mcp' : `clerk-mcp ${instance}`,
        ...(documentation !== undefined && { resource_documentation: documentation }),
      };
      const { pathname } = new URL(url);
      const isFirst = this.#documents.size === 0 && instance === undefined;
      for (const path of isFirst ? [ROOT, pathname] : [pathname]) this.#documents.set(path, document);
      return url;
    };
    this.url = add(withoutSlash(resource));
    const beside = sse ? sseBeside(resource, instance) : undefined;
    this.sseUrl = beside && add(beside);
  }

  /** The answer to a request for the document, or `undefined` for any other path. Public, even for scripts of any origin. */
  respond(request: Pick<Request, 'method' | 'url'>): Reply | undefined {
    const document = this.#documents.get(withoutSlash(new URL(request.url).pathname));
    if (document === undefined) return undefined;
    const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS' };
    if (request.method === 'OPTIONS')
      return new Reply(null, { status: 204, headers: { ...headers, 'Access-Control-Allow-Headers': '*' } });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Reply(null, { status: 405, headers: { ...headers, Allow: 'GET, HEAD, OPTIONS' } });
    const body = request.method === 'HEAD' ? null : JSON.stringify(document);
    return new Reply(body, {
      headers: { ...headers, 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' },
    });
  }
}
