import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { Read } from '../policy-types.js';
import { listOf } from '../preview/lookup.js';
import { namedRead, Resources } from './find-resource.js';
import { grants, OWN_CLAIMS } from './granting-metadata.js';
import { valuesAt } from './match-args.js';

/** The operations that change what tokens say, or make one: always, or with one of these inputs. */
const FEEDS: Readonly<Record<string, 'always' | readonly string[]>> = {
  JwtTemplates_createTemplate: 'always',
  JwtTemplates_updateTemplateById: 'always',
  JwtTemplates_deleteTemplateById: 'always',
  Sessions_createSessionTokenFromTemplate: 'always',
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
const SHORTCODE = /\b(?:user|org|org_membership)\.([\w.]+)/g;
const KEPT_MS = 60_000;

export interface OwnClaimsOptions {
  /** Who issues the tokens that callers of this server show. */
  readonly issuer: string;
  readonly catalog: Catalog;
  readonly read: Read;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/**
 * The claims from which callers of this server get their scopes, where the instance that they work on issues their
 * tokens: a caller who may write what feeds them could take every scope.
 */
export class OwnClaims {
  readonly #options: OwnClaimsOptions;
  #isOwn: boolean | undefined;
  #sources: { readonly inputs: readonly string[]; readonly until: number } | undefined;

  constructor(options: OwnClaimsOptions) {
    this.#options = options;
  }

  /** Whether the issuer is the instance itself; `undefined` where it cannot be told now. Never throws. */
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

  /** Whether the call writes what these claims are made of, or might. */
  async areFedBy(operation: Operation, args: Arguments, caller: string): Promise<boolean> {
    const always = FEEDS[operation.name];
    const isListed = always === 'always' || always?.some((input) => args[input] !== undefined) === true;
    if (operation.risk === 'read' || (!isListed && !Object.keys(args).some((input) => isSource(input)))) return false;
    if ((await this.isOwnInstance(caller)) === false) return false;
    if (isListed) return true;
    const sources = await this.#inputs(caller);
    return METADATA.some((path) =>
      valuesAt(args, path.split('.')).some(
        (value) => value !== undefined && (sources === undefined || grants(path, value, sources)),
      ),
    );
  }

  /** The paths of metadata that templates make these claims of; `undefined` where they cannot be read. */
  async #inputs(caller: string): Promise<readonly string[] | undefined> {
    if (this.#sources !== undefined && this.#options.now() < this.#sources.until) return this.#sources.inputs;
    const templates = listOf(await this.#read('JwtTemplates_listAllTemplates', {}, caller));
    if (templates === undefined) return undefined;
    const claims = templates.flatMap((template) => OWN_CLAIMS.flatMap((claim) => valuesAt(template, ['claims', claim])));
    const found = claims.flatMap((claim) => [...(JSON.stringify(claim) ?? '').matchAll(SHORTCODE)].map(([, path = '']) => path));
    const inputs = [...OWN_CLAIMS, ...found.filter((path) => path.includes('.'))];
    // A claim that is a whole kind of metadata can be made of any of it.
    if (found.some((path) => /^\w+_metadata$/.test(path))) return undefined;
    this.#sources = { inputs, until: this.#options.now() + KEPT_MS };
    return inputs;
  }

  async #read(name: string, args: Arguments, caller: string): Promise<unknown> {
    const { catalog, read, timeoutMs } = this.#options;
    const wanted = namedRead(catalog, name, args);
    const resources = new Resources(catalog);
    resources.get(wanted);
    await resources.readWanted({ read, timeoutMs, caller });
    const found = resources.get(wanted);
    return found.kind === 'found' ? found.value : undefined;
  }
}

const isSource = (input: string): boolean => METADATA.some((path) => path.split('.')[0] === input);

const hostOf = (address: unknown): string | undefined =>
  typeof address === 'string' && URL.canParse(address) ? new URL(address).host : undefined;
