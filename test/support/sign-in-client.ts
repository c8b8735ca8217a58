import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';

/** What a host keeps of a sign-in, and where its browser comes back to. */
export interface SignInClient {
  readonly provider: OAuthClientProvider;
  /** The address to which the host last sent its person. */
  readonly sentTo: () => string;
  /** What the browser has brought back since it was last asked for. */
  readonly broughtBack: () => Promise<URLSearchParams>;
  readonly redirectUrl: string;
  tokens: StoredOAuthTokens | undefined;
  stop(): Promise<void>;
}

/** @param metadataUrl where the client's own document is, by the address that it comes back to; without it, it registers */
export async function startSignInClient(metadataUrl?: (redirectUrl: string) => string): Promise<SignInClient> {
  const arrived: URLSearchParams[] = [];
  const waiting: ((parameters: URLSearchParams) => void)[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.end('<!doctype html><title>Back</title><h1>You can close this window.</h1>');
    if (pathname !== '/callback') return;
    const take = waiting.shift();
    if (take === undefined) arrived.push(searchParams);
    else take(searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redirectUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  let verifier = '';
  let sentTo = '';
  let information: OAuthClientInformationMixed | undefined;
  let discovered: OAuthDiscoveryState | undefined;
  const clientMetadata: OAuthClientMetadata = {
    client_name: 'A host',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };
  const documentUrl = metadataUrl?.(redirectUrl);
  const client: SignInClient = {
    redirectUrl,
    tokens: undefined,
    sentTo: () => sentTo,
    broughtBack: () => {
      const first = arrived.shift();
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
    },
    provider: {
      redirectUrl,
      clientMetadata,
      ...(documentUrl !== undefined && { clientMetadataUrl: documentUrl }),
      clientInformation: () => information,
      saveClientInformation: (saved) => {
        information = saved;
      },
      tokens: () => client.tokens,
      saveTokens: (saved) => {
        client.tokens = saved;
      },
      redirectToAuthorization: (address) => {
        sentTo = address.href;
      },
      saveCodeVerifier: (saved) => {
        verifier = saved;
      },
      codeVerifier: () => verifier,
      discoveryState: () => discovered,
      saveDiscoveryState: (saved) => {
        discovered = saved;
      },
      invalidateCredentials: (what) => {
        if (what === 'all' || what === 'tokens') client.tokens = undefined;
        if (what === 'all' || what === 'client') information = undefined;
        if (what === 'all' || what === 'discovery') discovered = undefined;
      },
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return client;
}
