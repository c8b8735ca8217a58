import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { Read } from '../policy-types.js';
import { listOf } from '../preview/lookup.js';
import { namedRead, type ResourceRead, Resources } from './find-resource.js';
import { type GrantedWho, GrantMatches } from './grant-matches.js';
import { grants, OWN_CLAIMS } from './granting-metadata.js';
import { valuesAt } from './match-args.js';

/** Shown to the person who decides on such a call. */
const OWN_CLAIMS_EFFECT = 'Changes, or may change, what the callers of this server may do.';

/** The operations that change what tokens say, or make one: always, or with one of these inputs. */
const FEEDS: Readonly<Record<string, 'always' | readonly string[]>> = {
  JwtTemplates_createTemplate: 'always',
  JwtTemplates_updateTemplateById: 'always',
  JwtTemplates_deleteTemplateById: 'always',
  Sessions_createSessionTokenFromTemplate: 'always',
  // As a JWT it says whatever it is given, under the same issuer.
  M2mTokens_createToken: ['claims'],
  OAuthApplications_createNewApplication: ['scopes'],
  OAuthApplications_updateApplication: ['scopes'],
  InstanceSettings_updateOAuthApplicationSettings: [
    'default_scopes',
    'dynamic_oauth_client_registration',
    'oauth_jwt_access_tokens',
  ],
};

const METADATA = [
  'public_metadata',
  'private_metadata',
  'unsafe_metadata',
  'invitations.public_metadata',
  'invitations.private_metadata',
];
/** `{{user.public_metadata.role}}`: the data that a claim is made from. */
const SHORTCODE = /\b(user|org|org_membership)\.([\w.]+)/g;

/** What writes fields other than metadata of a user or an organization: groups of operations, and inputs with other names. */
const WRITTEN_BY: Readonly<Record<string, RegExp>> = {
  user: /^(?:Users|EmailAddresses|PhoneNumbers)$/,
  org: /^Organization/,
  org_membership: /^Organization/,
};
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  full_name: ['first_name', 'last_name'],
  primary_email_address: ['email_address', 'primary_email_address_id', 'primary', 'verified'],
  primary_phone_number: ['phone_number', 'primary_phone_number_id', 'primary', 'verified'],
};
/** A claim made from a role changes with the role's key and permissions. */
const ROLES = /^(?:OrganizationRoles|RoleSets)$/;
const KEPT_MS = 60_000;
/** Claims that only choose a grant: calls that write these are judged by what they write. */
const LOOKED_AT_CLOSER = /^(?:user\.(?:primary_)?email\w*|org\.(?:id|role)|org_membership\.role)$/;

/** What the claims are made from: paths of metadata, and other fields of a user, an organization or a membership. */
interface Sources {
  readonly metadata: readonly string[] | 'any';
  readonly fields: readonly { readonly of: string; readonly field: string }[];
}

/** What claims are commonly made from, assumed if the templates cannot be read. */
const UNREADABLE: Sources = {
  metadata: 'any',
  fields: [
    { of: 'user', field: 'username' },
    { of: 'user', field: 'external_id' },
    { of: 'org', field: 'role' },
  ],
};

export interface OwnClaimsOptions {
  /** The issuer of the tokens that callers of this server present. */
  readonly issuer: string;
  /** Whom the file of grants names now. Default: there is none. */
  readonly granted?: (() => readonly GrantedWho[]) | undefined;
  readonly catalog: Catalog;
  readonly read: Read;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/**
 * The claims that give this server's callers their scopes, if the instance they work on also issues their tokens: a caller
 * who may write the data behind these claims could take every scope.
 */
export class OwnClaims {
  readonly #options: OwnClaimsOptions;
  readonly #matches: GrantMatches;
  #isOwn: boolean | undefined;
  #sources: { readonly made: Sources; readonly until: number } | undefined;

  constructor(options: OwnClaimsOptions) {
    this.#options = options;
    this.#matches = new GrantMatches({ catalog: options.catalog, granted: options.granted ?? (() => []) });
  }

  /** Whether the issuer is the instance itself; `undefined` while that is unknown. Never throws. */
  async isOwnInstance(caller = 'local'): Promise<boolean | undefined> {
    if (this.#isOwn !== undefined) return this.#isOwn;
    const domains = listOf(await this.#read('Domains_getAllDomains', {}, caller));
    if (domains === undefined) return undefined;
    const host = hostOf(this.#options.issuer);
    const own = domains.flatMap((domain) => [
      ...valuesAt(domain, ['frontend_api_url']).map(hostOf),
      ...valuesAt(domain, ['proxy_url']).map(hostOf),
      ...valuesAt(domain, ['name']).map((name) => `clerk.${String(name)}`),
    ]);
    this.#isOwn = own.includes(host);
    return this.#isOwn;
  }

  /**
   * What a person is shown of a call that writes, or might write, what these claims are made from, or by whom the grants
   * know their people; `undefined` of any other call.
   */
  async effectOf(operation: Operation, args: Arguments, caller: string): Promise<string | undefined> {
    if (operation.spec.risk === 'read') return undefined;
    if (this.#matches.mayBeMadeBy(operation)) {
      if ((await this.isOwnInstance(caller)) === false) return undefined;
      const effect = await this.#matches.effectOf(operation, args, caller, (wanted) => this.#readOne(wanted, caller));
      if (effect !== undefined) return effect;
    }
    return (await this.#areFedBy(operation, args, caller)) ? OWN_CLAIMS_EFFECT : undefined;
  }

  async #areFedBy(operation: Operation, args: Arguments, caller: string): Promise<boolean> {
    const always = FEEDS[operation.name];
    const isListed = always === 'always' || always?.some((input) => args[input] !== undefined) === true;
    if (!isListed && !mayBeSource(operation, args)) return false;
    if ((await this.isOwnInstance(caller)) === false) return false;
    if (isListed) return true;
    const sources = await this.#sourcesOf(caller);
    return (
      METADATA.some((path) =>
        valuesAt(args, path.split('.')).some(
          (value) => value !== undefined && (sources.metadata === 'any' || grants(path, value, sources.metadata)),
        ),
      ) || sources.fields.some((source) => writes(operation, args, source))
    );
  }

  /** What the templates make these claims from. */
  async #sourcesOf(caller: string): Promise<Sources> {
    if (this.#sources !== undefined && this.#options.now() < this.#sources.until) return this.#sources.made;
    const templates = listOf(await this.#read('JwtTemplates_listAllTemplates', {}, caller));
    if (templates === undefined) return UNREADABLE;
    const foundIn = (names: readonly string[]) =>
      templates
        .flatMap((template) => names.flatMap((claim) => valuesAt(template, ['claims', claim])))
        .flatMap((claim) => [...(JSON.stringify(claim) ?? '').matchAll(SHORTCODE)])
        .map(([shortcode, of = '', path = '']) => ({ shortcode, of, path }));
    const found = [
      ...foundIn(OWN_CLAIMS),
      ...foundIn(this.#matches.claims).filter(({ shortcode }) => !LOOKED_AT_CLOSER.test(shortcode)),
    ];
    const isMetadata = (path: string): boolean => /^\w+_metadata(?:\.|$)/.test(path);
    // A claim that holds a whole kind of metadata depends on everything in it.
    const isAny = found.some(({ path }) => isMetadata(path) && !path.includes('.'));
    const made: Sources = {
      metadata: isAny ? 'any' : [...OWN_CLAIMS, ...found.map(({ path }) => path).filter(isMetadata)],
      fields: found.flatMap(({ of, path }) => (isMetadata(path) ? [] : [{ of, field: path.split('.', 1)[0] ?? path }])),
    };
    this.#sources = { made, until: this.#options.now() + KEPT_MS };
    return made;
  }

  #read(name: string, args: Arguments, caller: string): Promise<unknown> {
    return this.#readOne(namedRead(this.#options.catalog, name, args), caller);
  }

  async #readOne(wanted: ResourceRead | undefined, caller: string): Promise<unknown> {
    const { catalog, read, timeoutMs } = this.#options;
    const resources = new Resources(catalog);
    resources.get(wanted);
    await resources.readWanted({ read, timeoutMs, caller });
    const found = resources.get(wanted);
    return found.kind === 'found' ? found.value : undefined;
  }
}

const METADATA_INPUTS = new Set(METADATA.map((path) => path.split('.', 1)[0] ?? path));

/** Whether it is worth reading what the claims are made from. */
const mayBeSource = ({ group }: Operation, args: Arguments): boolean =>
  Object.keys(args).some((input) => METADATA_INPUTS.has(input)) ||
  ROLES.test(group) ||
  Object.values(WRITTEN_BY).some((groups) => groups.test(group));

/** Whether the call, bulk or not, has an input with the name of a field that a claim is made from. */
function writes({ group, spec: { bulk } }: Operation, args: Arguments, { of, field }: Sources['fields'][number]): boolean {
  if ((field === 'role' || field === 'permissions') && ROLES.test(group)) return true;
  if (WRITTEN_BY[of]?.test(group) !== true) return false;
  return [field, ...(OTHER_NAMES[field] ?? [])].some((input) => {
    const paths = bulk === undefined ? [[input]] : [[input], [bulk, input]];
    return paths.some((path) => valuesAt(args, path).some((value) => value !== undefined));
  });
}

const hostOf = (address: unknown): string | undefined =>
  typeof address === 'string' && URL.canParse(address) ? new URL(address).host : undefined;
