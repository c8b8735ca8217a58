/** A way in which what is right goes beyond Clerk's documents. Everything that the checks let pass stands in this file. */
interface KnownFault {
  readonly reason: string;
}

/** Errors that an operation's document need not name, and why. */
export const UNNAMED_ERRORS: Readonly<Record<number, KnownFault>> = {
  400: { reason: 'A body that is no JSON, or a version that does not exist, is refused before any operation is looked at.' },
  401: { reason: 'Every operation asks for the secret key; most documents leave the refusal out.' },
  403: { reason: 'The sandbox bars requests that a web page could make a browser send.' },
  404: { reason: 'An id that does not exist answers so on every operation with an id in its path.' },
  410: { reason: 'An operation that the asked version no longer has.' },
  413: { reason: 'A body beyond the size limit is refused before any operation is looked at.' },
  415: { reason: 'A body of another type than JSON is refused before any operation is looked at.' },
  422: { reason: 'Parameters are checked on every operation.' },
  429: { reason: 'The rate limits hold for every operation.' },
  500: { reason: 'Any operation can fail on the server.' },
  502: { reason: 'A gateway can fail before any operation.' },
  503: { reason: 'A gateway can fail before any operation.' },
  504: { reason: 'A gateway can fail before any operation.' },
};

/** Query parameters that are taken although an operation's document does not name them. */
export const UNNAMED_QUERY: Readonly<Record<string, KnownFault>> = {
  paginated: { reason: 'Clerk’s SDK asks for pages of bare lists this way, also where the document is silent.' },
  suffixed_cookies: { reason: 'Clerk’s SDK says so whether a browser’s cookies end in its suffix when it refreshes a session.' },
  __clerk_api_version: { reason: 'The version’s other place beside the header holds for every operation.' },
};

/** Properties of a request's body that no document names, and the published ones that mean the same. */
export const UNNAMED_PROPERTIES: Readonly<Record<string, KnownFault & { readonly names: Readonly<Record<string, string>> }>> = {
  verifyM2MToken: { names: { secret: 'token' }, reason: 'Two of Clerk’s SDKs send an M2M token under this name.' },
};

/** Requests that no document names, and the path that is published for the same thing. */
export const UNNAMED_PATHS: Readonly<Record<string, KnownFault & { readonly published: string }>> = {
  '/beta_features/change_domain': {
    published: '/instance/change_domain',
    reason: 'Clerk’s SDK sends a change of domain here.',
  },
  '/.well-known/jwks.json': { published: '/jwks', reason: 'The Frontend API has the same keys here, for anybody.' },
};

/** Properties that a schema requires and does not define. They must be there, and any value will do. */
export const REQUIRED_BUT_UNDEFINED: Readonly<Record<string, KnownFault & { readonly properties: readonly string[] }>> = {
  SAMLConnection: {
    properties: ['authenticatable', 'disable_jit_provisioning'],
    reason: 'Both are listed as required and described nowhere.',
  },
  EnterpriseConnection: {
    properties: ['authenticatable', 'disable_jit_provisioning'],
    reason: 'The same as for SAML connections.',
  },
  'JWKS.rsa.PrivateKey': { properties: ['crv'], reason: 'A curve belongs to the other kinds of key.' },
};

/** Properties with `nullable` and nothing else, which say that any value will do. */
export const ANY_VALUE: Readonly<Record<string, KnownFault>> = {
  claims: { reason: 'The claims of a token of a machine are whatever its maker put in.' },
};

/** Operations whose answer a document describes in words alone, and its media type. */
export const UNNAMED_BODIES: Readonly<Record<string, KnownFault & { readonly type: string }>> = {
  GetPublicInterstitial: { type: 'text/html', reason: 'The document says that it answers with a page, and gives no content.' },
};
