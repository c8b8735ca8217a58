import { createHash } from 'node:crypto';
import type { Instance } from '../instance.js';
import { refreshTokens } from '../resources/refresh-token.js';
import { isLive, type SessionRow } from '../resources/session.js';
import { refuseInactive } from './sessions.js';

const LETTERS = 40;

const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A token with which the session's browser can have its session token renewed, for as long as the session lives. */
export function newRefreshToken(instance: Instance, session: SessionRow): string {
  if (!isLive(session, instance)) throw refuseInactive(400, session, instance);
  const token = instance.random.base62(LETTERS);
  instance.insert(refreshTokens, { session_id: session.id, digest: digestOf(token) });
  return token;
}

export const isRefreshTokenOf = (instance: Instance, session: SessionRow, token: string): boolean =>
  instance.one(refreshTokens, 'digest', digestOf(token))?.session_id === session.id;
