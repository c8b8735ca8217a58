import type { RevocationStore } from '../../limits/shared-store.js';
import type { Logger } from '../../platform/logger.js';
import type { Authenticator } from './authenticator.js';
import { BearerChallenges } from './bearer.js';
import { noOAuth } from './no-oauth.js';
import { noAuthentication } from './none.js';
import { ResourceMetadata, sseBeside, type WellKnown } from './resource-metadata.js';
import { ThrottledAuthentication } from './throttle.js';
import { TokenAuthentication } from './tokens.js';

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
    };

export interface OpenAuthentication {
  readonly authenticator: Authenticator;
  /** For a call beyond the scopes of a good credential. */
  readonly challenges: BearerChallenges;
  readonly wellKnown: WellKnown | undefined;
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
      const { issuer, audience, sse } = choice;
      const { OAuthAuthentication } = await import('./oauth.js');
      const wellKnown = new ResourceMetadata({ resource: audience[0], issuer, sse });
      const beside = sse ? sseBeside(audience[0]) : undefined;
      const oauth = new OAuthAuthentication({
        issuer,
        audience: beside === undefined ? audience : [...audience, beside],
        resourceMetadataUrl: wellKnown.url,
        sseMetadataUrl: wellKnown.sseUrl,
        logger,
      });
      return { authenticator: new ThrottledAuthentication(oauth), challenges: oauth.challenges, wellKnown };
    }
  }
}
