import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Client } from './harness.js';

/** The claims of a ticket that the instance signed, at the clock's time. Rejects one that is foreign or has run out. */
export async function openTicket(client: Client, token: unknown): Promise<JWTPayload> {
  const { body } = await client.get('/jwks');
  const keys = createLocalJWKSet(body as unknown as JSONWebKeySet);
  return (await jwtVerify(String(token), keys, { currentDate: new Date(client.clock.now) })).payload;
}
