import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** What signs with the instance's own key. */
export const INSTANCE_ALGORITHM = 'RS256';

export interface JwtTemplateRow extends Row {
  name: string;
  /** Any JSON, with shortcodes among its texts. */
  claims: Record<string, unknown>;
  /** Seconds until a token runs out. */
  lifetime: number;
  /** Seconds by which a token is valid before it was made. */
  allowed_clock_skew: number;
  signing_algorithm: string;
  /** A private key in PEM, or the secret of an HMAC; null for the instance's key. Never sent. */
  signing_key: string | null;
}

export const jwtTemplates = defineResource<JwtTemplateRow>()({
  name: 'jwt_template',
  title: 'JWT template',
  prefix: 'jtmp',
  unique: { name: (row) => row.name },
  show: ({ signing_key, ...row }) => ({ object: 'jwt_template', ...row, custom_signing_key: signing_key !== null }),
});
