import { freePort } from './free-port.js';
import { type HttpProgram, startHttp } from './http-program.js';
import { type SignInIssuer, startSignInIssuer } from './sign-in-issuer.js';

/** The program on the sandbox, over HTTP, where callers sign in at an issuer. */
export async function startSignInServer(): Promise<{ issuer: SignInIssuer; server: HttpProgram }> {
  const issuer = await startSignInIssuer();
  const port = await freePort();
  const audience = `http://127.0.0.1:${port}/mcp`;
  const oauth = ['--auth', 'oauth', '--issuer', issuer.issuer, '--audience', audience];
  return { issuer, server: await startHttp({ args: ['--sandbox', '--port', String(port), ...oauth] }) };
}
