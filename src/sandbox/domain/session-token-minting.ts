import { answers, type Handler } from '../handler.js';
import type { InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { TOKEN_CATEGORY } from '../keys.js';
import { frontendApi } from '../resources/frontend-api.js';
import { type JwtTemplateRow, jwtTemplates } from '../resources/jwt-template.js';
import { isLive, type SessionRow, sessions, statusOf } from '../resources/session.js';
import { users } from '../resources/user.js';
import { notFound } from '../sandbox-error.js';
import { must } from './found.js';
import { sessionToken } from './session-token.js';
import { refuseBanned, refuseInactive } from './sessions.js';
import { fillShortcodes } from './shortcodes.js';
import { signWith } from './signing.js';
import { tokenValues } from './token-values.js';

const JTI_LETTERS = 20;

/** A token of the template for the session's user. @throws SandboxError when the session has ended or the user is banned. */
async function mint(instance: Instance, session: SessionRow, template: JwtTemplateRow, lifetime: number): Promise<string> {
  if (statusOf(session, instance) !== 'active') throw refuseInactive(401, session, instance);
  const user = must(instance, users, session.user_id);
  refuseBanned(user);
  const made = Math.floor(instance.now() / 1000);
  // There is no `azp`: it names the web page that asked, and here a server asks.
  const claims = {
    ...(fillShortcodes(template.claims, tokenValues(instance, session, user)) as Record<string, unknown>),
    iss: frontendApi(instance),
    sub: user.id,
    iat: made,
    nbf: made - template.allowed_clock_skew,
    exp: made + lifetime,
    jti: instance.random.hex(JTI_LETTERS),
  };
  const { signing_key: key, signing_algorithm: algorithm } = template;
  const header = { cat: TOKEN_CATEGORY.template };
  return key === null ? instance.keys.sign(claims, header) : signWith(algorithm, key, claims, header);
}

/** The token that a page of the session would have, but of no page: a server asks for it. */
export const tokenOfSession: Handler<InputsOf<'Sessions_createSessionToken'>> = answers(
  async ({ instance, version, path, body }) => {
    const session = must(instance, sessions, path.session_id);
    if (!isLive(session, instance)) throw refuseInactive(401, session, instance);
    refuseBanned(must(instance, users, session.user_id));
    const lifetime = body.expires_in_seconds ?? undefined;
    return { object: 'token', jwt: await sessionToken(instance, session, { lifetime, apiVersion: version }) };
  },
);

/** A token made from the template that the path names. */
export const tokenFromTemplate: Handler<InputsOf<'Sessions_createSessionTokenFromTemplate'>> = answers(
  async ({ instance, path, body }) => {
    const session = must(instance, sessions, path.session_id);
    const template = instance.one(jwtTemplates, 'name', path.template_name);
    if (template === undefined) throw notFound('JWT template', path.template_name);
    return { object: 'token', jwt: await mint(instance, session, template, body.expires_in_seconds ?? template.lifetime) };
  },
);
