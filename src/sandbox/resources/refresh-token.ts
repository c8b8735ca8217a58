import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** What a browser holds as `__refresh` to have its session's token renewed. */
export interface RefreshTokenRow extends Row {
  session_id: string;
  /** SHA-256 in hex: the token itself is nowhere kept. */
  digest: string;
}

export const refreshTokens = defineResource<RefreshTokenRow>()({
  name: 'refresh_token',
  prefix: 'rt',
  unique: { digest: (row) => row.digest },
  owners: { session: 'session_id' },
});

/** A session token that was renewed, which can be done once. */
export interface RenewedTokenRow extends Row {
  session_id: string;
  jti: string;
}

export const renewedTokens = defineResource<RenewedTokenRow>()({
  name: 'renewed_session_token',
  prefix: 'rst',
  unique: { jti: (row) => row.jti },
  owners: { session: 'session_id' },
});
