import { isDeepStrictEqual } from 'node:util';
import { must } from '../domain/found.js';
import { readM2mJwt, showM2mJwt, signM2mJwt } from '../domain/m2m-jwts.js';
import { mustBeGood, newVoidable, revoke } from '../domain/voidable.js';
import { answers, type Call, type Handlers } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { isJwt } from '../keys.js';
import { lists } from '../list.js';
import { type M2mTokenRow, m2mTokens } from '../resources/m2m-token.js';
import { machines, scopesOf } from '../resources/machine.js';
import { isExpired, isGood } from '../resources/voidable.js';
import { invalidParam, malformedParam, notFound, refuse } from '../sandbox-error.js';

type CreateToken = BodyOf<'M2mTokens_createToken'>;

const TOKEN_LETTERS = 32;

const withToken = (row: M2mTokenRow, instance: Instance): object => ({ ...m2mTokens.show(row, instance), token: row.token });

/** A token of the machine that says the same and lives for so many seconds more. */
function reusable(
  instance: Instance,
  wanted: Pick<M2mTokenRow, 'subject' | 'claims' | 'scopes'>,
  seconds: number,
): M2mTokenRow | undefined {
  const least = instance.now() + seconds * 1000;
  const { subject, claims, scopes } = wanted;
  return instance
    .many(m2mTokens, 'subject', subject)
    .findLast(
      (row) =>
        isGood(row, instance) &&
        (row.expiration ?? least) >= least &&
        isDeepStrictEqual({ claims: row.claims, scopes: row.scopes.toSorted() }, { claims, scopes: scopes.toSorted() }),
    );
}

async function create(instance: Instance, machineId: string, body: CreateToken): Promise<object> {
  const machine = must(instance, machines, machineId);
  const lifetime = body.seconds_until_expiration ?? machine.default_token_ttl;
  const made = { subject: machine.id, claims: body.claims ?? null, scopes: scopesOf(instance, machine.id) };
  const fresh = newVoidable(instance, m2mTokens, lifetime);
  if (body.token_format === 'jwt') {
    const { jwt, token } = await signM2mJwt(instance, { id: fresh.id, ...made }, lifetime);
    return { ...showM2mJwt(jwt), token };
  }
  const remaining = body.min_remaining_ttl_seconds;
  if (remaining !== undefined && remaining >= lifetime) {
    const why = `min_remaining_ttl_seconds must be below the token's lifetime, which is ${lifetime} s.`;
    throw invalidParam('min_remaining_ttl_seconds', why, 400);
  }
  const held = remaining === undefined ? undefined : reusable(instance, made, remaining);
  const token = `mt_${instance.random.base62(TOKEN_LETTERS)}`;
  return withToken(held ?? instance.insert(m2mTokens, { ...fresh, ...made, token, last_used_at: null }), instance);
}

/** A machine verifies only what may call it, the instance everything. @throws SandboxError 404 */
function mustReach(scopes: readonly string[], machine: string | undefined): void {
  if (machine !== undefined && !scopes.includes(machine)) throw notFound(`M2M token that may call the machine ${machine}`);
}

/** A machine sees its own tokens, the instance all. @throws SandboxError */
function tokensOf(call: Call<InputsOf<'M2mTokens_list'>>): readonly M2mTokenRow[] {
  const { instance, machine } = call;
  const { subject, revoked, expired } = call.query;
  if (!subject.startsWith('mch_')) throw malformedParam('subject', 'subject must be the id of a machine, mch_…');
  if (machine !== undefined && machine !== subject) {
    const why = `The secret key is that of ${machine}, which can list its own tokens only.`;
    throw refuse(403, 'authorization_invalid', 'Unauthorized request', why);
  }
  return instance
    .many(m2mTokens, 'subject', must(instance, machines, subject).id)
    .filter((row) => (revoked === true || !row.revoked) && (expired === true || !isExpired(row, instance)));
}

export const m2mTokensHandlers: Handlers = {
  M2mTokens_list: lists(m2mTokens, { envelope: 'page', rowsAs: 'm2m_tokens', within: tokensOf }),

  M2mTokens_createToken: answers(
    ({ instance, machine, body }) => {
      if (machine !== undefined) return create(instance, machine, body);
      const why = "A token is made with the secret key of the machine that it is for, not with the instance's.";
      throw refuse(403, 'authorization_invalid', 'Unauthorized request', why);
    },
    { status: 201 },
  ),

  M2mTokens_verifyToken: answers(
    async ({ instance, machine, body: { token } }) => {
      if (isJwt(token)) {
        const jwt = await readM2mJwt(instance, token);
        mustReach(jwt.scopes, machine);
        return showM2mJwt(jwt);
      }
      const row = mustBeGood(instance, m2mTokens, instance.one(m2mTokens, 'token', token));
      mustReach(row.scopes, machine);
      // Being used changes nothing about the token.
      instance.update(m2mTokens, row, { last_used_at: instance.now(), updated_at: row.updated_at });
      return m2mTokens.show(row, instance);
    },
    { alsoNamed: { secret: 'token' } },
  ),

  M2mTokens_revokeToken: answers(({ instance, machine, path, body }) => {
    const row = must(instance, m2mTokens, path.m2m_token_id);
    if (machine !== undefined && machine !== row.subject) throw notFound(`M2M token of the machine ${machine}`, row.id);
    revoke(instance, m2mTokens, row, body.revocation_reason);
    return m2mTokens.show(row, instance);
  }),
};
