/** What an OAuth client can ask for. */
const OAUTH_SCOPES: ReadonlySet<string> = new Set([
  'profile',
  'email',
  'public_metadata',
  'private_metadata',
  'openid',
  'offline_access',
]);

/** The first of the scopes that there is none of. */
export const unknownScope = (scopes: readonly string[]): string | undefined => scopes.find((scope) => !OAUTH_SCOPES.has(scope));

/** What a refusal says about {@link unknownScope}. */
export const noScope = (scope: string): string => `There is no scope ${scope}. Known: ${[...OAUTH_SCOPES].join(', ')}.`;
