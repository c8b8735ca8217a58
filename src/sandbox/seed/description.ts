import * as z from 'zod';
import { errorMessage } from '../../platform/error-message.js';
import { UserError } from '../../platform/user-error.js';
import { enrollmentModes } from '../resources/organization-domain.js';
import { metadata, time } from '../resources/shapes.js';
import { PLATFORMS } from '../resources/trusted-device.js';
import { endpointDescription, isOnThisMachine } from '../webhooks/endpoint.js';
import { billing } from './billing-description.js';

const identifierState = {
  /** Default true. */
  verified: z.boolean().optional(),
};

const email = z.union([z.string(), z.strictObject({ id: z.string().optional(), email_address: z.string(), ...identifierState })]);

const phone = z.union([
  z.string(),
  z.strictObject({
    id: z.string().optional(),
    phone_number: z.string(),
    reserved_for_second_factor: z.boolean().optional(),
    ...identifierState,
  }),
]);

const wallet = z.union([z.string(), z.strictObject({ id: z.string().optional(), web3_wallet: z.string() })]);

const externalAccount = z.strictObject({
  id: z.string().optional(),
  provider: z.string().regex(/^oauth_/, 'must begin with oauth_'),
  provider_user_id: z.string(),
  email_address: z.string(),
  token: z.string().optional(),
  scopes: z.array(z.string()).optional(),
});

const passkey = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  /** Default: the user's creation. */
  last_used_at: time.optional(),
});

const trustedDevice = z.strictObject({
  id: z.string().optional(),
  platform: z.enum(PLATFORMS),
  app_identifier: z.string(),
  name: z.string().optional(),
  last_used_at: time.optional(),
  created_at: time.optional(),
});

const user = z.strictObject({
  id: z.string().optional(),
  external_id: z.string().nullable().optional(),
  username: z.string().nullable().optional(),
  first_name: z.string().nullable().optional(),
  last_name: z.string().nullable().optional(),
  locale: z.string().nullable().optional(),
  timezone: z.string().nullable().optional(),
  /** The first is the primary one. */
  email_addresses: z.array(email).optional(),
  phone_numbers: z.array(phone).optional(),
  web3_wallets: z.array(wallet).optional(),
  external_accounts: z.array(externalAccount).optional(),
  passkeys: z.array(passkey).optional(),
  trusted_devices: z.array(trustedDevice).optional(),
  /** Whether they may sign in past their enterprise connection. Default false. */
  sso_bypass: z.boolean().optional(),
  password: z.string().optional(),
  totp_secret: z.string().optional(),
  backup_codes: z.array(z.string()).optional(),
  public_metadata: metadata.optional(),
  private_metadata: metadata.optional(),
  unsafe_metadata: metadata.optional(),
  banned: z.boolean().optional(),
  locked: z.boolean().optional(),
  created_at: time.optional(),
  last_sign_in_at: time.nullable().optional(),
  last_active_at: time.nullable().optional(),
});

/** A user by id, external id, username or e-mail address. */
const userReference = z.string();

const organizationInvitation = z.strictObject({
  email_address: z.string(),
  role: z.string(),
  inviter: userReference.optional(),
  status: z.enum(['pending', 'accepted', 'revoked']).optional(),
  created_at: time.optional(),
});

const keyed = { id: z.string().optional(), key: z.string(), name: z.string(), description: z.string().optional() };

const permission = z.strictObject(keyed);

/** Its permissions by key. */
const role = z.strictObject({ ...keyed, permissions: z.array(z.string()).optional() });

/** Its roles by key. */
const roleSet = z.strictObject({
  ...keyed,
  roles: z.array(z.string()).min(1),
  default_role: z.string(),
  creator_role: z.string(),
  /** Whether organizations have it that name none. Default: they have `role_set:default`. */
  initial: z.boolean().optional(),
});

const organizationDomain = z.strictObject({
  name: z.string(),
  /** Default `manual_invitation`. */
  enrollment_mode: z.enum(enrollmentModes).optional(),
  /** Default true. */
  verified: z.boolean().optional(),
});

const organization = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  slug: z.string().optional(),
  /** The key of its role set. */
  role_set: z.string().optional(),
  created_by: userReference.optional(),
  max_allowed_memberships: z.int().min(0).optional(),
  public_metadata: metadata.optional(),
  private_metadata: metadata.optional(),
  members: z
    .array(
      z.strictObject({
        user: userReference,
        role: z.string(),
        public_metadata: metadata.optional(),
        private_metadata: metadata.optional(),
        created_at: time.optional(),
      }),
    )
    .optional(),
  invitations: z.array(organizationInvitation).optional(),
  domains: z.array(organizationDomain).optional(),
  created_at: time.optional(),
});

const reverification = z.strictObject({
  id: z.string().optional(),
  level: z.enum(['first_factor', 'second_factor', 'multi_factor']),
  /** Default: not yet. */
  first_factor_verified_at: time.optional(),
  second_factor_verified_at: time.optional(),
});

const session = z.strictObject({
  id: z.string().optional(),
  user: userReference,
  status: z.enum(['active', 'revoked', 'ended', 'expired', 'removed', 'abandoned', 'replaced']).optional(),
  /** Sessions with the same client name share a client. Default: one of its own. */
  client: z.string().optional(),
  browser_name: z.string().optional(),
  city: z.string().optional(),
  country: z.string().optional(),
  is_mobile: z.boolean().optional(),
  reverifications: z.array(reverification).optional(),
  created_at: time.optional(),
});

const invitation = z.strictObject({
  email_address: z.string(),
  status: z.enum(['pending', 'accepted', 'revoked']).optional(),
  public_metadata: metadata.optional(),
  created_at: time.optional(),
});

const signUp = z.strictObject({
  id: z.string().optional(),
  email_address: z.string().optional(),
  phone_number: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  external_id: z.string().optional(),
  unsafe_metadata: metadata.optional(),
  /** Who came of it. Default: it is unfinished, and a day after `created_at` it is abandoned. */
  user: userReference.optional(),
  created_at: time.optional(),
});

const waitlistEntry = z.strictObject({
  id: z.string().optional(),
  email_address: z.string(),
  /** Default `pending`. Who is invited has an invitation, which who is completed has accepted. */
  status: z.enum(['pending', 'invited', 'completed', 'rejected']).optional(),
  created_at: time.optional(),
});

const machine = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  /** With it the machine makes and verifies M2M tokens. Default: one by chance, which Machines_getSecretKey shows. */
  secret_key: z.string().optional(),
  /** The machines that it may call, by id or name. */
  scoped_machines: z.array(z.string()).optional(),
  /** Seconds. */
  default_token_ttl: z.int().min(1).optional(),
});

const apiKey = z.strictObject({
  name: z.string(),
  /** Whose it is: a user by any reference, an organization by id or slug, or a machine by id or name. */
  subject: z.string(),
  /** Default: one by chance, which ApiKeys_getSecret shows. */
  secret: z.string().optional(),
  description: z.string().optional(),
  claims: metadata.optional(),
  scopes: z.array(z.string()).optional(),
  seconds_until_expiration: z.number().gt(0).optional(),
});

/** Each defaults to what a new instance of Clerk has. */
const settings = z.strictObject({
  environment_type: z.enum(['development', 'production']).optional(),
  /** Whether a user is created with a password or `skip_password_requirement`. Default true. */
  password_required: z.boolean().optional(),
  password_min_length: z.int().min(8).max(72).optional(),
  password_max_length: z.int().min(8).max(72).optional(),
  password_require_lowercase: z.boolean().optional(),
  password_require_uppercase: z.boolean().optional(),
  password_require_number: z.boolean().optional(),
  password_require_special_char: z.boolean().optional(),
  username_min_length: z.int().min(1).max(64).optional(),
  username_max_length: z.int().min(1).max(64).optional(),
  session_lifetime_in_seconds: z.int().min(60).optional(),
  session_inactivity_in_seconds: z.int().min(60).optional(),
  /** The form of the claims of session tokens. Default 2. */
  session_token_version: z.literal([1, 2]).optional(),
  organizations: z
    .strictObject({
      enabled: z.boolean().optional(),
      /** Of an organization that names no number. Default 5. */
      max_allowed_memberships: z.int().min(0).optional(),
      admin_delete_enabled: z.boolean().optional(),
      /** Default true: no request may give a slug, and organizations have the one made of their name. */
      slug_disabled: z.boolean().optional(),
      /** Default false. */
      domains_enabled: z.boolean().optional(),
      domains_enrollment_modes: z.array(z.enum(enrollmentModes)).optional(),
    })
    .optional(),
  restrictions: z
    .strictObject({
      allowlist: z.boolean().optional(),
      blocklist: z.boolean().optional(),
      block_email_subaddresses: z.boolean().optional(),
      block_disposable_email_domains: z.boolean().optional(),
    })
    .optional(),
});

/** What a sandbox starts with. Times are Unix milliseconds and default to the start. */
export const seedDescription = z.strictObject({
  settings: settings.optional(),
  /** The domain of the instance. */
  domain: z.string().optional(),
  users: z.array(user).optional(),
  /** Beside Clerk's own, which are there anyway. The same holds for roles and role sets. */
  permissions: z.array(permission).optional(),
  roles: z.array(role).optional(),
  role_sets: z.array(roleSet).optional(),
  organizations: z.array(organization).optional(),
  sessions: z.array(session).optional(),
  invitations: z.array(invitation).optional(),
  sign_ups: z.array(signUp).optional(),
  waitlist: z.array(waitlistEntry).optional(),
  billing: billing.optional(),
  allowlist: z.array(z.string()).optional(),
  blocklist: z.array(z.string()).optional(),
  machines: z.array(machine).optional(),
  api_keys: z.array(apiKey).optional(),
  /** Whom events are sent to. */
  webhooks: z
    .array(
      endpointDescription.refine(({ url }) => isOnThisMachine(url), {
        path: ['url'],
        error: 'must be of this machine, such as http://localhost:3000/webhooks; --webhook takes any other',
      }),
    )
    .optional(),
});

export type SeedDescription = z.input<typeof seedDescription>;
export type SeedSettings = z.output<typeof settings>;
export type SeedUser = z.input<typeof user>;
export type SeedPermission = z.input<typeof permission>;
export type SeedRole = z.input<typeof role>;
export type SeedRoleSet = z.input<typeof roleSet>;
export type SeedOrganization = z.input<typeof organization>;
export type SeedSession = z.input<typeof session>;
export type SeedWaitlistEntry = z.input<typeof waitlistEntry>;
export type SeedSignUp = z.input<typeof signUp>;
export type SeedMachine = z.input<typeof machine>;

const PREFIX = 'seed: ';

/** A seed that cannot be seeded. The message says where it is wrong. */
export class SeedError extends UserError {
  override readonly name = 'SeedError';

  constructor(message: string) {
    super(PREFIX + message);
  }
}

/** Seeds one after the other, and says which one failed. @throws SeedError */
export function seedEach<T>(
  items: readonly T[] = [],
  placeOf: (item: T, at: number) => string,
  seedOne: (item: T) => unknown,
): void {
  for (const [at, item] of items.entries()) seedAt(placeOf(item, at), () => seedOne(item));
}

/** Seeds one thing, and says where in the description it is if that fails. @throws SeedError */
export function seedAt(place: string, seedOne: () => unknown): void {
  try {
    seedOne();
  } catch (error) {
    const why = errorMessage(error);
    throw new SeedError(`${place}: ${error instanceof SeedError ? why.slice(PREFIX.length) : why}`);
  }
}
