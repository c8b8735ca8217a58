import type { Instance } from '../instance.js';
import { TOKEN_CATEGORY } from '../keys.js';
import { frontendApi } from '../resources/frontend-api.js';
import { authentication } from '../resources/instance-settings.js';
import { type SessionRow, statusOf } from '../resources/session.js';
import { PENDING_SESSIONS } from '../versions.js';
import { isSystemPermission, packPermissions } from './permission-claims.js';
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
  /** Of the request that asks; before 2025-04-10 tokens had the first form of the claims. Default: the newest. */
  readonly apiVersion?: string;
}

/**
 * The token of a session, which the caller has found live. Its claims have the second form where both the instance's
 * setting and the API version of the request allow it, else the first.
 */
export function sessionToken(instance: Instance, session: SessionRow, options: SessionTokenOptions = {}): Promise<string> {
  const { origin, lifetime = LIFETIME_SECONDS, apiVersion = PENDING_SESSIONS } = options;
  const made = Math.floor(instance.now() / 1000);
  const form = apiVersion < PENDING_SESSIONS ? 1 : instance.store.setting(authentication).session_token_version;
  const claims = {
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
    ...(session.actor === null ? {} : { act: session.actor }),
    ...(form === 1 ? formerOrganizationClaims(instance, session) : { v: 2, ...organizationClaims(instance, session) }),
  };
  return instance.keys.sign(claims, { cat: TOKEN_CATEGORY.session });
}

/** The active organization in the first form: a claim for each thing, and permissions in full. */
function formerOrganizationClaims(instance: Instance, session: SessionRow): object {
  const { org, org_membership: membership } = organizationValues(instance, session);
  if (org === undefined) return {};
  return {
    org_id: org.id,
    org_slug: org.slug,
    org_role: org.role,
    org_permissions: membership.permissions.filter((key) => !isSystemPermission(key)),
  };
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
