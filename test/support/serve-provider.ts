import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';

/**
 * Lets a provider answer at its address. Answers with what stops it.
 * @param interact answers where people sign in and agree
 */
export async function serveProvider(
  provider: Provider,
  interact: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<() => Promise<void>> {
  const callback = provider.callback();
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/')) void interact(request, response);
    else void callback(request, response);
  });
  await new Promise<void>((resolve) => server.listen(Number(new URL(provider.issuer).port), '127.0.0.1', resolve));
  return () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
}
