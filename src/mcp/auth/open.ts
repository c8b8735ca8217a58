import type { Catalog } from '../../catalog/catalog.js';
import type { RevocationStore } from '../../limits/shared-store.js';
import type { Logger } from '../../platform/logger.js';
import type { GrantedWho } from '../../policy/rules/grant-matches.js';
import type { Authenticator } from './authenticator.js';
import { BearerChallenges } from './bearer.js';
import type { Ceilings } from './ceilings.js';
import type { Introspection, IntrospectionClient } from './introspection.js';
import type { Issuer } from './issuer.js';
import { noOAuth } from './no-oauth.js';
import { noAuthentication } from './none.js';
import { ResourceMetadata, sseBeside, type WellKnown } from './resource-metadata.js';
import { ThrottledAuthentication } from './throttle.js';
import { TokenAuthentication } from './tokens.js';

const openCeilings = async (path: string, services: Pick<AuthenticationServices, 'catalog' | 'logger'>): Promise<Ceilings> =>
  (await import('./ceilings.js')).Ceilings.open({ path, ...services });

export function closingOnFailure<T>(opened: Pick<Ceilings, 'close'> | undefined, make: () => T): T {
  try {
    return make();
  } catch (error) {
    opened?.close();
    throw error;
  }
}

/** @throws IntrospectionSecretError */
export const openIntrospection = async (
  client: IntrospectionClient | undefined,
  issuer: Issuer,
): Promise<Introspection | undefined> => client && (await import('./introspection.js')).Introspection.open(client, issuer);

/** Who may call, and how they prove it. */
export type AuthenticationChoice =
  /** Everyone on this machine. `host` is where the server listens. */
  | { readonly kind: 'none'; readonly host: string }
  | { readonly kind: 'token'; readonly file: string }
  | {
      readonly kind: 'oauth';
      readonly issuer: string;
      readonly audience: readonly [string, ...string[]];
      /** Whether HTTP+SSE is served, a resource of its own beside the first audience. */
      readonly sse: boolean;
      /** The file that says who may have what at most. */
      readonly grants?: string | undefined;
      /** How the issuer is asked whether tokens still count. */
      readonly introspection?: IntrospectionClient | undefined;
    };

export interface OpenAuthentication {
  readonly authenticator: Authenticator;
  /** For a call beyond the scopes of a good credential. */
  readonly challenges: BearerChallenges;
  readonly wellKnown: WellKnown | undefined;
  /** Whom the file of grants names now. */
  readonly granted?: (() => readonly GrantedWho[]) | undefined;
}

export interface AuthenticationServices {
  readonly logger: Logger;
  readonly revocations: RevocationStore | undefined;
  /** The tools that grants can name. */
  readonly catalog: Catalog;
}

/** @throws OpenServerError, TokenFileError, IssuerAddressError, GrantsFileError */
export async function openAuthentication(
  choice: AuthenticationChoice,
  { logger, revocations, catalog }: AuthenticationServices,
): Promise<OpenAuthentication> {
  switch (choice.kind) {
    case 'none':
      return {
        authenticator: noAuthentication(choice.host),
        challenges: new BearerChallenges(),
        wellKnown: undefined,
      };
    case 'token': {
      const tokens = await TokenAuthentication.open({ path: choice.file, logger, revocations });
      return {
        authenticator: new ThrottledAuthentication(tokens),
        challenges: new BearerChallenges(),
        wellKnown: noOAuth,
      };
    }
    case 'oauth': {
      const { issuer, audience, sse, grants } = choice;
      const [{ OAuthAuthentication }, { Issuer }] = await Promise.all([import('./oauth.js'), import('./issuer.js')]);
      const keys = new Issuer({ issuer });
      const introspection = await openIntrospection(choice.introspection, keys);
      const ceilings = grants === undefined ? undefined : await openCeilings(grants, { catalog, logger });
      const scopes = ceilings && { scopes: () => ceilings.scopes() };
      const wellKnown = new ResourceMetadata({ resource: audience[0], issuer, sse, ...scopes });
      const beside = sse ? sseBeside(audience[0]) : undefined;
      const oauth = closingOnFailure(
        ceilings,
        () =>
          new OAuthAuthentication({
            issuer,
            audience: beside === undefined ? audience : [...audience, beside],
            resourceMetadataUrl: wellKnown.url,
            sseMetadataUrl: wellKnown.sseUrl,
            ceilings,
            keys,
            introspection,
            logger,
          }),
      );
      const granted = ceilings && (() => ceilings.granted);
      return { authenticator: new ThrottledAuthentication(oauth), challenges: oauth.challenges, wellKnown, granted };
    }
  }
}
