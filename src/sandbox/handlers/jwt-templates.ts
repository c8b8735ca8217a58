import { changes, deletes, gets } from '../domain/found.js';
import { checkSigningKey } from '../domain/signing.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { INSTANCE_ALGORITHM, type JwtTemplateRow, jwtTemplates } from '../resources/jwt-template.js';
import { identifierExists, invalidParam, refuseParam } from '../sandbox-error.js';

type TemplateBody = BodyOf<'JwtTemplates_createTemplate'>;

/** Clerk puts these into every token itself, or keeps them for tokens that are bound to a session. */
const RESERVED_CLAIMS: ReadonlySet<string> = new Set('azp exp iat iss jti nbf sub sid v pla fea'.split(' '));
const DEFAULT_LIFETIME_SECONDS = 60;
const DEFAULT_SKEW_SECONDS = 5;
const ID = 'template_id';

type Signing = Pick<JwtTemplateRow, 'signing_algorithm' | 'signing_key'>;
type Settings = Pick<JwtTemplateRow, 'name' | 'claims' | 'lifetime' | 'allowed_clock_skew'> & Signing;

/** A template's columns, of which what is left out stays as it was. @throws SandboxError */
async function settings(body: TemplateBody, held?: JwtTemplateRow): Promise<Settings> {
  if (body.name.trim() === '') throw invalidParam('name', 'name must not be empty.');
  const reserved = Object.keys(body.claims).find((claim) => RESERVED_CLAIMS.has(claim));
  if (reserved !== undefined) {
    const why = `The claim ${reserved} is reserved: a template cannot set it.`;
    throw refuseParam('jwt_template_reserved_claim', 'claims', 'reserved claim used', why, 400);
  }
  return {
    name: body.name,
    claims: body.claims,
    lifetime: body.lifetime ?? held?.lifetime ?? DEFAULT_LIFETIME_SECONDS,
    allowed_clock_skew: body.allowed_clock_skew ?? held?.allowed_clock_skew ?? DEFAULT_SKEW_SECONDS,
    ...(await signing(body, held)),
  };
}

async function signing(body: TemplateBody, held: JwtTemplateRow | undefined): Promise<Signing> {
  const before = typeof held?.signing_key === 'string' ? held : undefined;
  const algorithm = body.signing_algorithm ?? before?.signing_algorithm;
  if (!(body.custom_signing_key ?? before !== undefined)) {
    const stray = typeof body.signing_key === 'string' ? 'signing_key' : undefined;
    const foreign = (body.signing_algorithm ?? INSTANCE_ALGORITHM) !== INSTANCE_ALGORITHM ? 'signing_algorithm' : undefined;
    const param = stray ?? foreign;
    if (param === undefined) return { signing_algorithm: INSTANCE_ALGORITHM, signing_key: null };
    const why = `${param} can be given only with custom_signing_key true.`;
    throw refuseParam('form_conditional_param_disallowed', param, 'is not allowed', why);
  }
  const key = body.signing_key ?? before?.signing_key;
  if (typeof algorithm !== 'string' || typeof key !== 'string') {
    const param = typeof algorithm === 'string' ? 'signing_key' : 'signing_algorithm';
    const why = `${param} must be included when custom_signing_key is true.`;
    throw refuseParam('form_conditional_param_missing', param, 'is missing', why);
  }
  await checkSigningKey(algorithm, key);
  return { signing_algorithm: algorithm, signing_key: key };
}

function refuseTakenName(instance: Instance, name: string, exceptId?: string): void {
  const holder = instance.one(jwtTemplates, 'name', name);
  if (holder !== undefined && holder.id !== exceptId) throw identifierExists('name', 'template name');
}

export const jwtTemplatesHandlers: Handlers = {
  JwtTemplates_listAllTemplates: lists(jwtTemplates, { envelope: 'bare' }),
  JwtTemplates_getTemplateDetails: gets(jwtTemplates, ID),
  JwtTemplates_deleteTemplateById: deletes(jwtTemplates, { param: ID }),

  JwtTemplates_createTemplate: answers(async ({ instance, body }) => {
    const columns = await settings(body);
    refuseTakenName(instance, body.name);
    return jwtTemplates.show(instance.insert(jwtTemplates, columns), instance);
  }),

  JwtTemplates_updateTemplateById: changes(
    jwtTemplates,
    async (row, { instance, body }) => {
      const columns = await settings(body, row);
      refuseTakenName(instance, body.name, row.id);
      instance.update(jwtTemplates, row, columns);
    },
    { param: ID },
  ),
};
