import { imageUrl } from '../images.js';
import type { Instance } from '../instance.js';
import { emailAddresses, isVerified, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { organizations } from '../resources/organization.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { permissionsOf } from '../resources/roles.js';
import type { SessionRow } from '../resources/session.js';
import { hasSecondFactor, type UserRow } from '../resources/user.js';
import { membershipOf } from './members.js';
import type { ShortcodeValues } from './shortcodes.js';

/** Tokens count in seconds, as `iat` and `exp` do. */
const seconds = (time: number | null): number | null => (time === null ? null : Math.floor(time / 1000));

/** What a token template may name: the session's user, and the organization that is active in it. */
export const tokenValues = (instance: Instance, session: SessionRow, user: UserRow): ShortcodeValues => ({
  user: userValues(instance, user),
  session: { actor: session.actor },
  ...organizationValues(instance, session),
});

function userValues(instance: Instance, user: UserRow): ShortcodeValues {
  const email = instance.get(emailAddresses, user.primary_email_address_id ?? '');
  const phone = instance.get(phoneNumbers, user.primary_phone_number_id ?? '');
  const names = [user.first_name, user.last_name].filter((name) => name !== null && name !== '');
  const memberships = instance.many(organizationMemberships, 'user_id', user.id);
  // Private metadata is left out: the holder of a token can read all of it.
  return {
    id: user.id,
    external_id: user.external_id,
    username: user.username,
    first_name: user.first_name,
    last_name: user.last_name,
    full_name: names.length === 0 ? null : names.join(' '),
    image_url: imageUrl(instance, user.image_id, user.id),
    has_image: user.image_id !== null,
    primary_email_address: email?.email_address ?? null,
    primary_phone_number: phone?.phone_number ?? null,
    primary_web3_wallet: instance.get(web3Wallets, user.primary_web3_wallet_id ?? '')?.web3_wallet ?? null,
    email_verified: email !== undefined && isVerified(email),
    phone_number_verified: phone !== undefined && isVerified(phone),
    two_factor_enabled: hasSecondFactor(user, instance),
    public_metadata: user.public_metadata,
    unsafe_metadata: user.unsafe_metadata,
    created_at: seconds(user.created_at),
    updated_at: seconds(user.updated_at),
    last_sign_in_at: seconds(user.last_sign_in_at),
    organizations: Object.fromEntries(memberships.map((membership) => [membership.organization_id, membership.role])),
  };
}

/** Nothing when no organization is active, or the user has left it since. */
export function organizationValues(instance: Instance, session: SessionRow) {
  const organization = instance.get(organizations, session.last_active_organization_id ?? '');
  const membership = organization && membershipOf(instance, organization.id, session.user_id);
  if (organization === undefined || membership === undefined) return {};
  return {
    org: {
      id: organization.id,
      name: organization.name,
      slug: organization.slug,
      role: membership.role,
      image_url: imageUrl(instance, organization.image_id, organization.id),
      has_image: organization.image_id !== null,
      public_metadata: organization.public_metadata,
    },
    org_membership: {
      role: membership.role,
      permissions: permissionsOf(instance, membership.role),
      public_metadata: membership.public_metadata,
    },
  };
}
