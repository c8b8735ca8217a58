import type { Instance } from '../instance.js';
import { frontendApi } from '../resources/frontend-api.js';
import { type SessionRow, statusOf } from '../resources/session.js';
import { packPermissions } from './permission-claims.js';
import { organizationValues } from './token-values.js';

const LIFETIME_SECONDS = 60;
const SKEW_SECONDS = 10;
const JTI_LETTERS = 20;
const MINUTE_MS = 60 * 1000;
/** Of a second factor that was never asked for. */
const NEVER = -1;

export interface SessionTokenOptions {
  /** Of the page that it is for. Default: none, as a server asks. */
  readonly origin?: string | undefined;
  /** Seconds. Default: 60. */
  readonly lifetime?: number | undefined;
}

/** The token of a session, in the second version of Clerk's claims. Whoever asks has looked that the session is live. */
export function sessionToken(instance: Instance, session: SessionRow, options: SessionTokenOptions = {}): Promise<string> {
  const { origin, lifetime = LIFETIME_SECONDS } = options;
  const made = Math.floor(instance.now() / 1000);
  return instance.keys.sign({
    ...(origin === undefined ? {} : { azp: origin }),
    exp: made + lifetime,
    fva: [Math.floor((instance.now() - session.created_at) / MINUTE_MS), NEVER],
    iat: made,
    iss: frontendApi(instance),
    jti: instance.random.hex(JTI_LETTERS),
    nbf: made - SKEW_SECONDS,
    sid: session.id,
    sts: statusOf(session, instance),
    sub: session.user_id,
    v: 2,
    ...(session.actor === null ? {} : { act: session.actor }),
    ...organizationClaims(instance, session),
  });
}

/** The active organization, with the role and the permissions that its member has there. */
function organizationClaims(instance: Instance, session: SessionRow): object {
  const { org, org_membership: membership } = organizationValues(instance, session);
  if (org === undefined) return {};
  const { features, ...permissions } = packPermissions(membership.permissions);
  return {
    o: { id: org.id, slg: org.slug, rol: org.role.replace(/^org:/, ''), ...permissions },
    ...(features === undefined ? {} : { fea: features }),
  };
}
