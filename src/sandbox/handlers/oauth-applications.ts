import { changes, deletes, flagsOf, gets, must } from '../domain/found.js';
import { revokeGrantOf } from '../domain/oauth-tokens.js';
import { containing } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import { dropImage, keepImage } from '../images.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { oauthSettings } from '../resources/instance-settings.js';
import { type OAuthApplicationRow, oauthApplications } from '../resources/oauth-application.js';
import { noScope, unknownScope } from '../resources/oauth-scopes.js';
import { users } from '../resources/user.js';
import { duplicateRecord, invalidParam, malformedParam, refuse, refuseParam } from '../sandbox-error.js';

type ApplicationBody = BodyOf<'OAuthApplications_updateApplication'>;

const MOST_NAME_LETTERS = 256;
const CLIENT_ID_LETTERS = 16;
const SECRET_LETTERS = 32;
/** Where the OAuth settings name none. */
const DEFAULT_SCOPES = ['profile', 'email'];
const PARAM = 'oauth_application_id';

function parseName(name: string): string {
  if (name.trim() === '') throw invalidParam('name', 'name must not be empty.');
  if (name.length > MOST_NAME_LETTERS) {
    const why = `name can have at most ${MOST_NAME_LETTERS} characters.`;
    throw refuseParam('form_param_max_length_exceeded', 'name', 'is too long', why);
  }
  return name;
}

function parseScopes(text: string): string {
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))];
  const unknown = unknownScope(scopes);
  if (unknown !== undefined) throw invalidParam('scopes', noScope(unknown));
  return scopes.join(' ');
}

/** The addresses that sign-in may return to, undefined when none were given. The older input names just one. */
function parseRedirects({ redirect_uris: uris, callback_url: callback }: ApplicationBody): string[] | undefined {
  const param = Array.isArray(uris) ? 'redirect_uris' : 'callback_url';
  const given = uris ?? (typeof callback === 'string' ? [callback] : undefined);
  if (given === undefined) return undefined;
  const wrong = given.find((uri) => !URL.canParse(uri));
  if (wrong !== undefined) {
    const why = `${wrong} is no URL. Give the whole address, such as https://example.com/callback or myapp://callback.`;
    throw malformedParam(param, why);
  }
  const twice = given.find((uri, at) => given.indexOf(uri) !== at);
  if (twice !== undefined) throw duplicateRecord('redirect URI', twice);
  return [...given];
}

type Columns = Omit<OAuthApplicationRow, 'id' | 'created_at' | 'updated_at' | 'instance_id' | 'client_id' | 'image_id'>;

/** The columns that were given. @throws SandboxError */
function parse(body: ApplicationBody): Partial<Columns> {
  const columns: Partial<Columns> = flagsOf(body, ['consent_screen_enabled', 'pkce_required', 'public']);
  const redirects = parseRedirects(body);
  if (redirects !== undefined) columns.redirect_uris = redirects;
  if (typeof body.name === 'string') columns.name = parseName(body.name);
  if (typeof body.scopes === 'string') columns.scopes = parseScopes(body.scopes);
  return columns;
}

function create(instance: Instance, body: ApplicationBody & { readonly name: string }): OAuthApplicationRow {
  return instance.insert(oauthApplications, {
    instance_id: instance.id,
    client_id: instance.random.base62(CLIENT_ID_LETTERS),
    name: body.name,
    redirect_uris: [],
    scopes: (instance.store.setting(oauthSettings).default_scopes ?? DEFAULT_SCOPES).join(' '),
    consent_screen_enabled: true,
    // A client without a secret proves itself by PKCE instead.
    pkce_required: body.public === true,
    public: false,
    ...parse(body),
  });
}

const withNewSecret = (instance: Instance, row: OAuthApplicationRow): object => ({
  ...oauthApplications.show(row, instance),
  client_secret: row.public ? '' : instance.random.base62(SECRET_LETTERS),
});

export const oauthApplicationsHandlers: Handlers = {
  OAuthApplications_listSortedByDescendingCreationDate: lists(oauthApplications, {
    envelope: 'page',
    filters: {
      name_query: (text: string, instance: Instance) => {
        const exact = instance.one(oauthApplications, 'client_id', text);
        const byName = containing<OAuthApplicationRow>((row, has) => row === exact || has(row.name));
        return byName(text, instance);
      },
    },
    orders: { name: (row) => row.name },
    defaultOrder: '+created_at',
  }),

  OAuthApplications_getById: gets(oauthApplications, PARAM),
  OAuthApplications_deleteById: deletes(oauthApplications, {
    param: PARAM,
    remove: (row, instance) => {
      instance.delete(oauthApplications, row);
      if (row.image_id !== undefined) dropImage(instance, row.image_id);
    },
  }),

  OAuthApplications_createNewApplication: answers(({ instance, body }) => withNewSecret(instance, create(instance, body))),

  OAuthApplications_updateApplication: changes(
    oauthApplications,
    (row, { instance, body }) => instance.update(oauthApplications, row, parse(body)),
    { param: PARAM },
  ),

  OAuthApplications_rotateSecret: answers(({ instance, path }) => {
    const row = must(instance, oauthApplications, path[PARAM] ?? '');
    if (row.public) {
      const why = `The OAuth application ${row.id} is public: it has no secret to rotate.`;
      throw refuse(403, 'authorization_invalid', 'Unauthorized request', why);
    }
    return withNewSecret(instance, instance.update(oauthApplications, row, {}));
  }),

  OAuthApplications_uploadLogo: changes(
    oauthApplications,
    (row, { instance, body, file }) => {
      if (body.uploader_user_id !== undefined) must(instance, users, body.uploader_user_id);
      const before = row.image_id;
      instance.update(oauthApplications, row, { image_id: keepImage(instance, file) });
      if (before !== undefined) dropImage(instance, before);
    },
    { param: PARAM },
  ),

  OAuthApplications_revokeToken: answers(
    ({ instance, path, body }) => revokeGrantOf(instance, must(instance, oauthApplications, path[PARAM] ?? ''), body.token),
    { status: 204 },
  ),
};
