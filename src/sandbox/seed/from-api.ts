import * as z from 'zod';
import { enrollmentModes } from '../resources/organization-domain.js';
import type { SeedDescription, SeedOrganization, SeedUser } from './description.js';
import { type ApiRoles, type ConvertedRoles, rolesFromApi } from './roles-from-api.js';

const text = z.string().nullish();
const metadata = z.record(z.string(), z.unknown()).nullish();
const time = z.int().nullish();
const verification = z.object({ status: z.string() }).nullish();

/** Of what the API answers, the part that a seed takes. */
const apiUser = z.object({
  id: z.string(),
  external_id: text,
  username: text,
  first_name: text,
  last_name: text,
  locale: text,
  primary_email_address_id: text,
  primary_phone_number_id: text,
  primary_web3_wallet_id: text,
  email_addresses: z.array(z.object({ id: z.string(), email_address: z.string(), verification })),
  phone_numbers: z.array(
    z.object({ id: z.string(), phone_number: z.string(), reserved_for_second_factor: z.boolean().nullish(), verification }),
  ),
  web3_wallets: z.array(z.object({ id: z.string(), web3_wallet: z.string() })),
  external_accounts: z.array(z.object({ id: z.string(), provider: text, provider_user_id: text, email_address: text })),
  public_metadata: metadata,
  private_metadata: metadata,
  unsafe_metadata: metadata,
  password_enabled: z.boolean().nullish(),
  banned: z.boolean(),
  locked: z.boolean(),
  created_at: z.int(),
  last_sign_in_at: time,
  last_active_at: time,
});

const apiOrganization = z.object({
  id: z.string(),
  name: z.string(),
  slug: text,
  created_by: text,
  max_allowed_memberships: z.int().nullish(),
  role_set_key: text,
  public_metadata: metadata,
  private_metadata: metadata,
  created_at: z.int(),
});

const hasSlug = z.object({ slug: z.string() });

const apiMembership = z.object({
  role: z.string(),
  public_user_data: z.object({ user_id: z.string() }).nullish(),
  public_metadata: metadata,
  private_metadata: metadata,
  created_at: z.int(),
});

const apiInvitation = z.object({
  email_address: z.string(),
  status: z.string(),
  public_metadata: metadata,
  created_at: z.int(),
});
const apiOrganizationInvitation = apiInvitation.extend({ role: z.string(), inviter_id: text });

const apiOrganizationDomain = z.object({
  organization_id: z.string(),
  name: z.string(),
  enrollment_mode: z.enum(enrollmentModes),
  affiliation_verification: verification,
});

const seededStatus = z.enum(['pending', 'accepted', 'revoked']);

/** What was read from an instance, as the API answered it. */
export interface ApiContent extends ApiRoles {
  readonly users: readonly unknown[];
  readonly organizations: readonly {
    readonly organization: unknown;
    readonly memberships: readonly unknown[];
    readonly invitations: readonly unknown[];
  }[];
  readonly organization_domains: readonly unknown[];
  readonly invitations: readonly unknown[];
  readonly allowlist: readonly unknown[];
  readonly blocklist: readonly unknown[];
  readonly domains: readonly unknown[];
}

/** A seed, and what of the instance is not in it. */
export interface Converted {
  readonly seed: SeedDescription;
  /** How often each thing was left out, by what it is. */
  readonly omitted: ReadonlyMap<string, number>;
}

/** Turns what an instance answered into a seed of the same ids. Passwords and second factors never leave Clerk. @throws ZodError */
export function seedFromApi(content: ApiContent): Converted {
  const omitted = new Map<string, number>();
  const omit = (what: string): void => {
    omitted.set(what, (omitted.get(what) ?? 0) + 1);
  };
  const users = z.array(apiUser).parse(content.users);
  const known = new Set(users.map((user) => user.id));
  const userSeeds = new UserSeeds(users, omit);
  const listed = (entries: readonly unknown[]): string[] =>
    z
      .array(z.object({ identifier: z.string() }))
      .parse(entries)
      .map((entry) => entry.identifier);
  const primary = z
    .array(z.object({ name: z.string(), is_satellite: z.boolean() }))
    .parse(content.domains)
    .find((domain) => !domain.is_satellite);
  const roles = rolesFromApi(content, omit);
  const emailDomains = z.array(apiOrganizationDomain).parse(content.organization_domains);
  const seed: SeedDescription = {
    // No operation tells whether a password is required; where a user has none, it was not.
    settings: {
      password_required: users.length > 0 && users.every((user) => user.password_enabled === true),
      organizations: {
        slug_disabled: !content.organizations.some(({ organization }) => hasSlug.safeParse(organization).success),
        domains_enabled: emailDomains.length > 0,
      },
    },
    ...(primary === undefined ? {} : { domain: primary.name }),
    users: users.map((user) => userSeeds.seedOf(user)),
    ...roles.seed,
    organizations: content.organizations.map((each) => organizationSeed(each, { known, roles, emailDomains, omit })),
    invitations: z
      .array(apiInvitation)
      .parse(content.invitations)
      .flatMap((each) => {
        const status = settled(each.status, omit);
        return status === undefined
          ? []
          : [
              plain({
                email_address: each.email_address,
                status,
                public_metadata: each.public_metadata,
                created_at: each.created_at,
              }),
            ];
      }),
    allowlist: listed(content.allowlist),
    blocklist: listed(content.blocklist),
  };
  return { seed, omitted };
}

type ApiUser = z.infer<typeof apiUser>;
type Omit = (what: string) => void;

/** Two users may have the same address as long as neither has verified it; a seed gives it to one. */
class UserSeeds {
  readonly #omit: Omit;
  readonly #taken: Set<string>;

  constructor(users: readonly ApiUser[], omit: Omit) {
    this.#omit = omit;
    this.#taken = new Set(users.flatMap(identifiersOf).flatMap(({ value, verified }) => (verified ? [value] : [])));
  }

  seedOf(user: ApiUser): SeedUser {
    const keep = (value: string, verified: boolean): boolean => verified || this.#claim(value.toLowerCase());
    const emails = primaryFirst(user.email_addresses, user.primary_email_address_id).filter((email) =>
      keep(email.email_address, isVerified(email)),
    );
    const phones = primaryFirst(user.phone_numbers, user.primary_phone_number_id).filter((phone) =>
      keep(phone.phone_number, isVerified(phone)),
    );
    const { external_id, username, first_name, last_name, locale, last_sign_in_at, last_active_at } = user;
    return plain({
      id: user.id,
      external_id,
      username,
      first_name,
      last_name,
      locale,
      email_addresses: emails.map((email) => ({ id: email.id, email_address: email.email_address, verified: isVerified(email) })),
      phone_numbers: phones.map((phone) => ({
        id: phone.id,
        phone_number: phone.phone_number,
        verified: isVerified(phone),
        reserved_for_second_factor: phone.reserved_for_second_factor === true,
      })),
      web3_wallets: primaryFirst(user.web3_wallets, user.primary_web3_wallet_id).map((wallet) => wallet.web3_wallet),
      external_accounts: user.external_accounts.flatMap((account) => {
        const { id, provider, provider_user_id, email_address } = account;
        if (provider?.startsWith('oauth_') && provider_user_id)
          return [{ id, provider, provider_user_id, email_address: email_address ?? '' }];
        this.#omit('accounts at other providers than OAuth ones');
        return [];
      }),
      public_metadata: user.public_metadata,
      private_metadata: user.private_metadata,
      unsafe_metadata: user.unsafe_metadata,
      banned: user.banned,
      locked: user.locked,
      created_at: user.created_at,
      last_sign_in_at,
      last_active_at,
    });
  }

  #claim(value: string): boolean {
    if (this.#taken.has(value)) {
      this.#omit('unverified addresses and numbers that another user has too');
      return false;
    }
    this.#taken.add(value);
    return true;
  }
}

const isVerified = ({ verification: state }: { readonly verification?: z.infer<typeof verification> }): boolean =>
  state?.status === 'verified';

const identifiersOf = (user: ApiUser): { value: string; verified: boolean }[] => [
  ...user.email_addresses.map((email) => ({ value: email.email_address.toLowerCase(), verified: isVerified(email) })),
  ...user.phone_numbers.map((phone) => ({ value: phone.phone_number, verified: isVerified(phone) })),
];

const primaryFirst = <T extends { readonly id: string }>(items: readonly T[], primary: string | null | undefined): T[] =>
  [...items].sort((a, b) => Number(b.id === primary) - Number(a.id === primary));

interface Instance {
  /** The ids of its users. */
  readonly known: ReadonlySet<string>;
  readonly roles: ConvertedRoles;
  readonly emailDomains: readonly z.infer<typeof apiOrganizationDomain>[];
  readonly omit: Omit;
}

function organizationSeed(
  given: ApiContent['organizations'][number],
  { known, roles, emailDomains, omit }: Instance,
): SeedOrganization {
  const { slug, created_by, max_allowed_memberships, role_set_key, ...organization } = apiOrganization.parse(given.organization);
  const role_set = roles.setOf(role_set_key);
  const domains = emailDomains.filter((domain) => domain.organization_id === organization.id);
  const person = (id: string | null | undefined): string | undefined => (id && known.has(id) ? id : undefined);
  return plain({
    ...organization,
    slug,
    created_by: person(created_by),
    max_allowed_memberships,
    role_set,
    domains:
      domains.length === 0
        ? undefined
        : domains.map(({ name, enrollment_mode, ...domain }) => ({
            name,
            enrollment_mode,
            verified: isVerified({ verification: domain.affiliation_verification }),
          })),
    members: z
      .array(apiMembership)
      .parse(given.memberships)
      .flatMap(({ public_user_data, role, ...member }) => {
        const user = person(public_user_data?.user_id);
        if (user !== undefined) return [plain({ user, role: roles.roleIn(role_set, role), ...member })];
        omit('members who are no users any more');
        return [];
      }),
    invitations: z
      .array(apiOrganizationInvitation)
      .parse(given.invitations)
      .flatMap((each) => {
        const status = settled(each.status, omit);
        if (status === undefined) return [];
        const { email_address, role, inviter_id, created_at } = each;
        return [plain({ email_address, role: roles.roleIn(role_set, role), inviter: person(inviter_id), status, created_at })];
      }),
  });
}

function settled(status: string, omit: Omit): z.infer<typeof seededStatus> | undefined {
  const known = seededStatus.safeParse(status);
  if (!known.success) omit('invitations that ran out');
  return known.data;
}

type Plain<T> = { [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]>;
};

/** Without what is not there. */
const plain = <T extends object>(value: T): Plain<T> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined)) as Plain<T>;
