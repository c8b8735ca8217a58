import { expandHome } from '../platform/home.js';
import { readSecretFile } from '../platform/read-secret-file.js';
import { hideFromNowOn } from '../platform/scrub.js';
import type { ShipTarget } from '../platform/ship-target.js';
import type { Environment } from './clerk-access.js';
import { ConfigError } from './config-error.js';

/** What deliveries of the record are signed with, or the file that it is in. */
export const SHIP_SECRET = 'CLERK_MCP_AUDIT_SHIP_SECRET';
export const SHIP_SECRET_FILE = 'CLERK_MCP_AUDIT_SHIP_SECRET_FILE';
const SECRET_BYTES = 24;

/** Where the record is delivered to, with all that it takes. */
export interface ShipSettings {
  readonly targets: readonly ShipTarget[];
  /** Signs what is sent to webhooks: `whsec_` and base64, or any text. */
  readonly secret: string | undefined;
}

interface Given {
  readonly auditShip?: readonly ShipTarget[];
  readonly auditLog?: string;
}

/** @throws ConfigError */
export function refuseShippingWithoutLog({ auditShip, auditLog }: Given): void {
  if (auditShip === undefined || (auditLog !== undefined && auditLog !== '-')) return;
  throw new ConfigError(
    '--audit-ship needs --audit-log FILE: what is delivered is read from the file, which waits as long as it takes.',
  );
}

/** @throws ConfigError */
export function shipSettings(given: Given, env: Environment): ShipSettings | undefined {
  const { auditShip } = given;
  if (auditShip === undefined) return undefined;
  refuseShippingWithoutLog(given);
  const signs = auditShip.some(({ kind }) => kind === 'webhook');
  return { targets: auditShip, secret: signs ? readSecret(env) : undefined };
}

function readSecret(env: Environment): string {
  const file = env[SHIP_SECRET_FILE];
  const secret = env[SHIP_SECRET] || (file ? secretIn(expandHome(file)) : '');
  if (Buffer.byteLength(secret) < SECRET_BYTES) {
    throw new ConfigError(
      `--audit-ship to a webhook needs ${SHIP_SECRET}, or ${SHIP_SECRET_FILE} with a file that holds it: ${SECRET_BYTES} bytes or more, for example from openssl rand -base64 32. What is sent is signed with it.`,
    );
  }
  hideFromNowOn(secret);
  return secret;
}

const secretIn = (path: string): string =>
  readSecretFile(path, 'a secret', (reason) => new ConfigError(`${SHIP_SECRET_FILE} cannot be read: ${reason}.`));
