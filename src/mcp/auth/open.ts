import type { RevocationStore } from '../../limits/shared-store.js';
import type { Logger } from '../../platform/logger.js';
import type { Authenticator } from './authenticator.js';
import { BearerChallenges } from './bearer.js';
import { noAuthentication } from './none.js';
import { ResourceMetadata } from './resource-metadata.js';
import { ThrottledAuthentication } from './throttle.js';
import { TokenAuthentication } from './tokens.js';

/** Who may call, and how they prove it. */
export type AuthenticationChoice =
  /** Everyone on this machine. `host` is where the server listens. */
  | { readonly kind: 'none'; readonly host: string }
  | { readonly kind: 'token'; readonly file: string }
  | { readonly kind: 'oauth'; readonly issuer: string; readonly audience: readonly [string, ...string[]] };

export interface OpenAuthentication {
  readonly authenticator: Authenticator;
  /** For a call beyond the scopes of a good credential. */
  readonly challenges: BearerChallenges;
  readonly resourceMetadata: ResourceMetadata | undefined;
}

/** @throws OpenServerError, TokenFileError, IssuerAddressError */
export async function openAuthentication(
  choice: AuthenticationChoice,
  { logger, revocations }: { readonly logger: Logger; readonly revocations: RevocationStore | undefined },
): Promise<OpenAuthentication> {
  switch (choice.kind) {
    case 'none':
      return {
        authenticator: noAuthentication(choice.host),
        challenges: new BearerChallenges(),
        resourceMetadata: undefined,
      };
    case 'token': {
      const tokens = await TokenAuthentication.open({ path: choice.file, logger, revocations });
      return {
        authenticator: new ThrottledAuthentication(tokens),
        challenges: new BearerChallenges(),
        resourceMetadata: undefined,
      };
    }
    case 'oauth': {
      const { issuer, audience } = choice;
      const { OAuthAuthentication } = await import('./oauth.js');
      const resourceMetadata = new ResourceMetadata({ resource: audience[0], issuer });
      const oauth = new OAuthAuthentication({ issuer, audience, resourceMetadataUrl: resourceMetadata.url, logger });
      return { authenticator: new ThrottledAuthentication(oauth), challenges: oauth.challenges, resourceMetadata };
    }
  }
}
