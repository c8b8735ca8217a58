import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { invalidParam } from '../sandbox-error.js';

/** What a template's own key may sign with. `HS*` takes a secret, every other a private key in PEM. */
const ALGORITHMS: ReadonlySet<string> = new Set([
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]);

const readKey = (algorithm: string, key: string): KeyObject =>
  algorithm.startsWith('HS') ? createSecretKey(key, 'utf8') : createPrivateKey(key);

/** A compact JWT signed with a key that was brought along. */
export async function signWith(
  algorithm: string,
  key: string,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const { SignJWT } = await import('jose');
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: 'JWT', ...header }).sign(readKey(algorithm, key));
}

/** @throws SandboxError when the algorithm is unknown, or the key is none for it. The key is in no message. */
export async function checkSigningKey(algorithm: string, key: string): Promise<void> {
  if (!ALGORITHMS.has(algorithm)) {
    throw invalidParam('signing_algorithm', `signing_algorithm must be one of ${[...ALGORITHMS].join(', ')}.`);
  }
  // Signing tells more than parsing does: a key may be of the wrong kind, or too short.
  const usable = await signWith(algorithm, key, {}).then(
    () => true,
    () => false,
  );
  if (!usable) {
    const why = `signing_key must be a key that signs with ${algorithm}: a secret for HS*, else a private key in PEM.`;
    throw invalidParam('signing_key', why);
  }
}
