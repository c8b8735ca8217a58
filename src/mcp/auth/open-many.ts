import type { GrantedWho } from '../../policy/rules/grant-matches.js';
import type { AuthenticatedCaller, Authenticator } from './authenticator.js';
import { BearerChallenges } from './bearer.js';
import { noOAuth } from './no-oauth.js';
import { noAuthentication } from './none.js';
import { type AuthenticationChoice, type AuthenticationServices, closingOnFailure, openIntrospection } from './open.js';
import { ReachAuthenticator } from './reach.js';
import { ResourceMetadata, sseBeside, type WellKnown, withoutSlash } from './resource-metadata.js';
import { ThrottledAuthentication } from './throttle.js';
import { TokenAuthentication } from './tokens.js';

/** An instance of several, as far as callers prove that they may reach it. */
export interface GuardedInstance {
  readonly name: string;
  /** Further values of `aud` with which an access token is for it. */
  readonly audience: readonly string[];
}

/** Who may call at one path. */
export interface Guard {
  readonly authenticator: Authenticator;
  /** For a call beyond the scopes of a good credential. */
  readonly challenges: BearerChallenges;
}

export interface ManyAuthentications {
  /** Who may ask which instances there are. Closing and reloading it does so for all. */
  readonly front: Authenticator;
  /** Of each instance, by its name. */
  readonly guards: ReadonlyMap<string, Guard>;
  /** The instances that a caller at the front may reach. */
  readonly reach: (caller: AuthenticatedCaller) => readonly string[];
  readonly wellKnown: WellKnown | undefined;
  /** Whom the file of grants names now, for whichever instance. */
  readonly granted?: (() => readonly GrantedWho[]) | undefined;
}

/**
 * Who may call which of several instances. A fixed token reaches those that its entry names, and an access token is for one
 * instance alone, since each is a resource of its own.
 * @throws OpenServerError, TokenFileError, IssuerAddressError, GrantsFileError
 */
export async function openManyAuthentications(
  choice: AuthenticationChoice,
  instances: readonly GuardedInstance[],
  services: AuthenticationServices,
): Promise<ManyAuthentications> {
  const names = instances.map(({ name }) => name);
  switch (choice.kind) {
    case 'none': {
      const front = noAuthentication(choice.host);
      const guard = { authenticator: front, challenges: new BearerChallenges() };
      return { front, guards: new Map(names.map((name) => [name, guard])), reach: () => names, wellKnown: undefined };
    }
    case 'token': {
      const { logger, revocations } = services;
      const tokens = await TokenAuthentication.open({ path: choice.file, logger, revocations, instances: names });
      return guardedBy(new ThrottledAuthentication(tokens), names, noOAuth);
    }
    case 'oauth':
      return openOAuth(choice, instances, services);
  }
}

/** Callers who are known by the same credential everywhere, and whose `instances` say which they may reach. */
export const guardedBy = (
  front: Authenticator,
  names: readonly string[],
  wellKnown: WellKnown | undefined,
): ManyAuthentications => ({
  front,
  guards: new Map(
    names.map((name) => [name, { authenticator: new ReachAuthenticator(front, name), challenges: new BearerChallenges() }]),
  ),
  reach: reachOf(names),
  wellKnown,
});

const reachOf =
  (names: readonly string[]): ManyAuthentications['reach'] =>
  ({ instances }) =>
    names.filter((name) => instances?.has(name) === true);

async function openOAuth(
  { issuer, audience, sse, grants, introspection: client }: Extract<AuthenticationChoice, { kind: 'oauth' }>,
  instances: readonly GuardedInstance[],
  { catalog, logger }: AuthenticationServices,
): Promise<ManyAuthentications> {
  if (grants === undefined) throw new Error('without grants nothing says who may reach which instance');
  const names = instances.map(({ name }) => name);
  const [{ OAuthAuthentication }, { Issuer }, { Ceilings }] = await Promise.all([
    import('./oauth.js'),
    import('./issuer.js'),
    import('./ceilings.js'),
  ]);
  const keys = new Issuer({ issuer });
  const introspection = await openIntrospection(client, keys);
  const ceilings = await Ceilings.open({ path: grants, catalog, logger, instances: names });
  return closingOnFailure(ceilings, () => {
    const [base] = audience;
    const shared = { issuer, ceilings, logger, keys, introspection };
    const own = instances.map((instance) => {
      const { name } = instance;
      const resource = `${withoutSlash(base)}/${name}`;
      const metadata = new ResourceMetadata({ resource, issuer, sse, instance: name, scopes: () => ceilings.scopes(name) });
      const beside = sse ? sseBeside(resource, name) : undefined;
      const accepted: [string, ...string[]] = [resource, ...(beside === undefined ? [] : [beside]), ...instance.audience];
      const oauth = new OAuthAuthentication({
        ...shared,
        instance: name,
        audience: accepted,
        resourceMetadataUrl: metadata.url,
        sseMetadataUrl: metadata.sseUrl,
      });
      const guard: Guard = { authenticator: new ThrottledAuthentication(oauth), challenges: oauth.challenges };
      return { name, guard, metadata, accepted };
    });
    const metadata = new ResourceMetadata({ resource: base, issuer, sse, scopes: () => ceilings.scopes() });
    const beside = sse ? sseBeside(base) : undefined;
    const front = new OAuthAuthentication({
      ...shared,
      audience: [base, ...(beside === undefined ? [] : [beside]), ...own.flatMap(({ accepted }) => accepted)],
      resourceMetadataUrl: metadata.url,
      sseMetadataUrl: metadata.sseUrl,
    });
    const documents = [metadata, ...own.map((one) => one.metadata)];
    return {
      front: new ThrottledAuthentication(front),
      guards: new Map(own.map(({ name, guard }) => [name, guard])),
      reach: reachOf(names),
      granted: () => ceilings.granted,
      wellKnown: {
        respond: (request) => {
          for (const document of documents) {
            const reply = document.respond(request);
            if (reply !== undefined) return reply;
          }
          return undefined;
        },
      },
    };
  });
}
