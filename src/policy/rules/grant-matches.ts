import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { shownName } from '../../platform/plain-text.js';
import { isWhole, listOf } from '../preview/lookup.js';
import { namedRead, type ResourceRead, readOf } from './find-resource.js';
import { valuesAt } from './match-args.js';

/** Whom one entry of the file of grants is for. All that it names must fit. */
export interface GrantedWho {
  readonly subject?: readonly string[] | undefined;
  readonly email_domain?: readonly string[] | undefined;
  readonly organization?: readonly string[] | undefined;
  readonly role?: readonly string[] | undefined;
}

/** What a call does that can make somebody fit an entry, or stop fitting one that stood before a wider one. */
interface Touch {
  /** Inputs with addresses. */
  readonly addresses?: readonly string[];
  /** An input with the id of an address. */
  readonly addressId?: string;
  /** It changes who is in the organization, or as what; or only with one of these inputs. */
  readonly membership?: true | readonly string[];
  /** It changes what the roles of members are called, or which they have. */
  readonly roles?: readonly string[] | 'always';
  /** It says who vouches for people: whoever does can be anyone. */
  readonly vouching?: true;
  /** The input with a person as whom somebody can sign in afterwards. */
  readonly as?: string;
  /** The input with an identifier of that person in place of an id. */
  readonly asIdentifier?: string;
  /** Only with one of these inputs does it matter whose account it is. */
  readonly asWith?: readonly string[];
  /** Inputs that say who joins organizations by a domain of theirs. */
  readonly joining?: readonly string[];
  /** It takes something away. */
  readonly takes?: true;
}

const TOUCHES: Readonly<Record<string, Touch>> = {
  Users_createNewUser: { addresses: ['email_address'] },
  Users_updateUserAttributes: {
    addressId: 'primary_email_address_id',
    as: 'user_id',
    asWith: ['password', 'password_digest', 'totp_secret', 'backup_codes'],
  },
  EmailAddresses_createNewAddress: { addresses: ['email_address'], as: 'user_id' },
  EmailAddresses_replaceForUser: { addresses: ['email_address'], as: 'user_id' },
  EmailAddresses_updateAddress: { addressId: 'email_address_id' },
  EmailAddresses_attemptVerification: { addressId: 'email_address_id' },
  EmailAddresses_deleteById: { addressId: 'email_address_id', takes: true },
  PhoneNumbers_createNewPhoneNumber: { as: 'user_id' },
  PhoneNumbers_replaceForUser: { as: 'user_id' },
  Invitations_createNewInvitation: { addresses: ['email_address'] },
  Invitations_bulkCreateAndSend: { addresses: ['invitations.email_address'] },
  WaitlistEntries_createEntry: { addresses: ['email_address'] },
  WaitlistEntries_bulkCreate: { addresses: ['entries.email_address'] },
  WaitlistEntries_inviteEntry: { addressId: 'waitlist_entry_id' },
  OrganizationInvitations_createAndSend: { addresses: ['email_address'], membership: true },
  OrganizationInvitations_bulkCreateAndSend: { addresses: ['invitations.email_address'], membership: true },
  OrganizationMemberships_addUserToOrganization: { membership: true },
  OrganizationMemberships_updateMembershipProperties: { membership: true },
  OrganizationMemberships_removeUserFromOrganization: { membership: true, takes: true },
  OrganizationDomains_createDomain: { membership: true },
  OrganizationDomains_updateDomain: { membership: true },
  OrganizationDomains_verifyOwnership: { membership: true },
  // Another role set can give members other roles.
  Organizations_updateOrganization: { membership: ['role_set_key'] },
  InstanceSettings_updateOrganizationSettings: {
    joining: ['domains_enabled', 'domains_enrollment_modes'],
    roles: ['domains_default_role_id'],
  },
  OrganizationRoles_updateRole: { roles: ['key'] },
  // Whoever joins without being given a role has the default one.
  RoleSets_updateRoleSet: { roles: ['default_role_key'] },
  RoleSets_replaceRole: { roles: 'always' },
  RoleSets_replaceRoleSet: { roles: 'always' },
  EnterpriseConnections_createConnection: { vouching: true },
  EnterpriseConnections_updateConnection: { vouching: true },
  SamlConnectionsBeta_createNewConnection: { vouching: true },
  SamlConnectionsBeta_updateConnectionById: { vouching: true },
  AdminPortalLinkTokens_createToken: { vouching: true },
  Directories_createDirectory: { vouching: true },
  Directories_rotateApiKey: { vouching: true },
  Directories_createGroupRoleMapping: { vouching: true },
  Directories_replaceGroupRoleMappings: { vouching: true },
  ScimDirectories_createDirectory: { vouching: true },
  ScimDirectories_rotateApiKey: { vouching: true },
  ScimDirectories_createGroupRoleMapping: { vouching: true },
  ScimDirectories_replaceGroupRoleMappings: { vouching: true },
  SigninTokens_createToken: { as: 'user_id' },
  ActorTokens_createToken: { as: 'user_id' },
  AgentTasks_createTask: { as: 'on_behalf_of.user_id', asIdentifier: 'on_behalf_of.identifier' },
  Sessions_createSession: { as: 'user_id' },
  Users_removeBanFromUser: { as: 'user_id' },
  Users_unbanMany: { as: 'user_ids' },
};

/** The most rows that Clerk gives at once. */
const LONGEST_PAGE = 500;

/** `undefined`: it cannot be read. */
type ReadResource = (wanted: ResourceRead | undefined) => Promise<unknown>;

export interface GrantMatchesOptions {
  readonly catalog: Catalog;
  readonly granted: () => readonly GrantedWho[];
}

/** Which calls change who fits the entries of the grants: where the instance also issues the tokens, each is a way in. */
export class GrantMatches {
  readonly #options: GrantMatchesOptions;

  constructor(options: GrantMatchesOptions) {
    this.#options = options;
  }

  /** Whether it is worth looking closer. */
  mayBeMadeBy({ name }: Operation): boolean {
    return TOUCHES[name] !== undefined && !isEmpty(this.#named());
  }

  /** The claims by which entries are chosen, as far as templates can fill them with something else than what is looked at here. */
  get claims(): readonly string[] {
    const { domains, organizations, memberRoles, issuerRoles } = this.#named();
    return [
      ...(domains.size > 0 ? ['email', 'email_verified'] : []),
      ...(organizations.size > 0 ? ['org_id', 'o'] : []),
      ...(memberRoles ? ['org_role'] : []),
      ...(issuerRoles ? ['role', 'roles'] : []),
    ];
  }

  /** What a person is shown of such a call; `undefined` of any other. What cannot be ruled out counts. */
  async effectOf(operation: Operation, args: Arguments, caller: string, read: ReadResource): Promise<string | undefined> {
    const touch = TOUCHES[operation.name];
    const named = this.#named();
    if (touch === undefined || isEmpty(named)) return undefined;
    const what =
      addressAmong(touch, args, named) ??
      (await this.#addressById(operation, touch, args, named, read)) ??
      membershipIn(touch, args, named) ??
      joiningBy(touch, args, named) ??
      rolesBy(touch, args, named) ??
      vouchedFor(touch, args, named);
    const who = valuesAt(args, ['user_id']).includes(caller) ? 'self' : 'other';
    if (what !== undefined) return warning(what, touch.takes === true ? 'less' : who);
    if (touch.as === undefined || (touch.asWith !== undefined && !isGiven(touch.asWith, args))) return undefined;
    for (const person of valuesAt(args, touch.as.split('.')).flat()) {
      if (typeof person === 'string' && person !== caller && (await this.#isNamed(person, named, read)))
        return signsInAs(person, 'name');
    }
    // Nobody can be told from an identifier alone.
    const [other] = touch.asIdentifier === undefined ? [] : valuesAt(args, touch.asIdentifier.split('.'));
    return typeof other === 'string' ? signsInAs(shownName(other), 'may name') : undefined;
  }

  async #addressById(operation: Operation, { addressId }: Touch, args: Arguments, { domains }: Named, read: ReadResource) {
    if (addressId === undefined || domains.size === 0 || typeof args[addressId] !== 'string') return undefined;
    const { catalog } = this.#options;
    const wanted =
      addressId === 'primary_email_address_id'
        ? namedRead(catalog, 'EmailAddresses_getDetails', { email_address_id: args[addressId] })
        : readOf(catalog, operation, addressId, args);
    const [address] = valuesAt(await read(wanted), ['email_address']);
    const domain = typeof address === 'string' ? domainOf(address) : undefined;
    if (domain !== undefined && !domains.has(domain)) return undefined;
    return `addresses at ${domain ?? [...domains].join(', ')}`;
  }

  async #isNamed(user_id: string, { subjects, domains, organizations }: Named, read: ReadResource): Promise<boolean> {
    if (subjects.has(user_id)) return true;
    const { catalog } = this.#options;
    const reads = [
      {
        wanted: domains,
        reader: 'Users_getUserDetails',
        limit: undefined,
        path: ['email_addresses', 'email_address'],
        form: (text: string) => domainOf(text) ?? '',
      },
      {
        wanted: organizations,
        reader: 'Users_getOrganizationMemberships',
        limit: LONGEST_PAGE,
        path: ['organization', 'id'],
        form: (text: string) => text,
      },
    ];
    for (const { wanted, reader, limit, path, form } of reads) {
      if (wanted.size === 0) continue;
      const value = await read(namedRead(catalog, reader, { user_id, ...(limit !== undefined && { limit }) }));
      if (value === undefined) return true;
      const rows = listOf(value);
      if (valuesAt(rows ?? value, path).some((text) => typeof text === 'string' && wanted.has(form(text)))) return true;
      // The one that is looked for may be on a later page.
      if (rows !== undefined && !isWhole(value, rows, limit)) return true;
    }
    return false;
  }

  #named(): Named {
    const all = this.#options.granted();
    const of = (kind: keyof GrantedWho): Set<string> => new Set(all.flatMap((who) => who[kind] ?? []));
    const subjects = of('subject');
    subjects.delete('*');
    return {
      subjects,
      domains: new Set([...of('email_domain')].map((domain) => domain.toLowerCase())),
      organizations: of('organization'),
      memberRoles: all.some(({ organization, role }) => organization !== undefined && role !== undefined),
      issuerRoles: all.some(({ organization, role }) => organization === undefined && role !== undefined),
    };
  }
}

/** Whom all entries name, taken together. */
interface Named {
  readonly subjects: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  readonly organizations: ReadonlySet<string>;
  readonly memberRoles: boolean;
  readonly issuerRoles: boolean;
}

const isEmpty = ({ subjects, domains, organizations }: Named): boolean => subjects.size + domains.size + organizations.size === 0;

const signsInAs = (person: string, names: string): string =>
  `Lets somebody sign in as ${person}, whom the grants of this very server ${names}: they could do here what ${person} may.`;

const isGiven = (inputs: readonly string[], args: Arguments): boolean => inputs.some((input) => args[input] !== undefined);

const domainOf = (address: string): string | undefined => {
  const at = address.lastIndexOf('@');
  return at === -1
    ? undefined
    : address
        .slice(at + 1)
        .trim()
        .toLowerCase();
};

function addressAmong({ addresses = [] }: Touch, args: Arguments, { domains }: Named): string | undefined {
  const given = addresses.flatMap((path) => valuesAt(args, path.split('.')));
  const hit = given
    .map((text) => (typeof text === 'string' ? domainOf(text) : undefined))
    .find((domain) => domains.has(domain ?? ''));
  return hit === undefined ? undefined : `addresses at ${hit}`;
}

function membershipIn({ membership }: Touch, args: Arguments, { organizations }: Named): string | undefined {
  if (membership === undefined || (membership !== true && !isGiven(membership, args))) return undefined;
  const { organization_id: id } = args;
  return typeof id === 'string' && organizations.has(id) ? `members of ${id}` : undefined;
}

function joiningBy({ joining = [] }: Touch, args: Arguments, { organizations }: Named): string | undefined {
  return organizations.size > 0 && isGiven(joining, args) ? `members of ${[...organizations].join(', ')}` : undefined;
}

function rolesBy({ roles }: Touch, args: Arguments, { memberRoles }: Named): string | undefined {
  if (roles === undefined || !memberRoles) return undefined;
  return roles === 'always' || isGiven(roles, args) ? 'roles of members' : undefined;
}

/** A connection that is for other domains, and for no organization that is named, vouches for nobody who is named. */
function vouchedFor({ vouching }: Touch, args: Arguments, { domains, organizations }: Named): string | undefined {
  if (vouching !== true) return undefined;
  const list = args.domains ?? (args.domain === undefined ? undefined : [args.domain]);
  const isElsewhere =
    Array.isArray(list) &&
    list.length > 0 &&
    args.organization_id === undefined &&
    list.every((domain) => typeof domain === 'string' && !domains.has(domain.toLowerCase()));
  const isOfOthers = typeof args.organization_id === 'string' && !organizations.has(args.organization_id) && list === undefined;
  return isElsewhere || (isOfOthers && domains.size === 0) ? undefined : 'people for whom this can vouch';
}

function warning(what: string, how: 'self' | 'other' | 'less'): string {
  const grants = `the grants of this very server name ${what}`;
  if (how === 'self') return `Changes, or may change, what the caller themselves may do here: ${grants}.`;
  if (how === 'less') return `Changes, or may change, who may do what here: ${grants}.`;
  return `Gives, or may give, somebody access to this very server: its grants name ${what}.`;
}
