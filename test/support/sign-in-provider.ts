import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';

/** A client of the SDK that can sign in, up to where it would open a browser. */
export const signInProvider = (client?: string, opened: (address: URL) => void = () => {}): OAuthClientProvider => ({
  redirectUrl: 'http://localhost:9/callback',
  clientMetadata: { redirect_uris: ['http://localhost:9/callback'] },
  clientInformation: () => (client === undefined ? undefined : { client_id: client }),
  saveClientInformation: () => {},
  tokens: () => undefined,
  saveTokens: () => {},
  redirectToAuthorization: opened,
  saveCodeVerifier: () => {},
  codeVerifier: () => '',
});
