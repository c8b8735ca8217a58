import { DEFAULT_TYPE, newApiKey } from '../domain/api-keys.js';
import { deleted, must } from '../domain/found.js';
import { mustBeGood, revoke, secondsFromNow } from '../domain/voidable.js';
import { containing } from '../filters.js';
import { answers, type Call, type Handlers, type Naming } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { type ApiKeyRow, apiKeys } from '../resources/api-key.js';
import { machines } from '../resources/machine.js';
import { organizations } from '../resources/organization.js';
import { users } from '../resources/user.js';
import { isGood } from '../resources/voidable.js';
import { malformedParam, notFound } from '../sandbox-error.js';

type KeyBody = BodyOf<'ApiKeys_updateKey'>;

type CreateKey = BodyOf<'ApiKeys_createKey'>;

const formatInvalid = (param: string, rule: string) => malformedParam(param, `${param} must ${rule}.`);

/** @throws SandboxError when nothing that can have keys has this id. */
function mustBeOwner(instance: Instance, id: string): string {
  const kind = /^(user|org|mch|scim)_\w+$/.exec(id)?.[1];
  if (kind === undefined) throw formatInvalid('subject', 'be the id of a user, an organization or a machine');
  // Of a directory Clerk's answers cannot say that it is the owner: their schema leaves out its ids.
  if (kind === 'scim') throw notFound('owner of API keys', id);
  if (kind === 'user') return must(instance, users, id).id;
  return (kind === 'org' ? must(instance, organizations, id) : must(instance, machines, id)).id;
}

function mustBeMaker(instance: Instance, id: string | null | undefined): string | null {
  if (id === null || id === undefined) return null;
  if (!id.startsWith('user_')) throw formatInvalid('created_by', 'be the id of a user');
  return must(instance, users, id).id;
}

function create(instance: Instance, body: CreateKey): ApiKeyRow {
  if (body.name !== body.name.trim()) throw formatInvalid('name', 'neither begin nor end with a space');
  return newApiKey(instance, {
    ...body,
    subject: mustBeOwner(instance, body.subject),
    created_by: mustBeMaker(instance, body.created_by),
  });
}

/** The columns that were given. A lifetime counts from now; null takes the end away. */
function parseChange(instance: Instance, body: KeyBody): Partial<ApiKeyRow> {
  const columns: Partial<ApiKeyRow> = {};
  if (body.subject !== undefined) columns.subject = mustBeOwner(instance, body.subject);
  if (body.claims !== undefined) columns.claims = body.claims;
  if (body.scopes !== undefined) columns.scopes = [...body.scopes];
  if (body.description !== undefined) columns.description = body.description;
  const seconds = body.seconds_until_expiration;
  if (seconds !== undefined) columns.expiration = seconds === null ? null : secondsFromNow(instance, seconds);
  return columns;
}

/** The key that the path names, by its id or by the longer form that older ones have. */
const named = ({ instance, path }: Naming<'apiKeyID'>): ApiKeyRow =>
  must(instance, apiKeys, path.apiKeyID.replace(/^api_key_/, 'ak_'));

function keysOf({ instance, query }: Call<InputsOf<'ApiKeys_list'>>): readonly ApiKeyRow[] {
  const { subject, type = DEFAULT_TYPE, include_invalid: all } = query;
  return instance
    .many(apiKeys, 'subject', mustBeOwner(instance, subject))
    .filter((row) => row.type === type && (all === 'true' || isGood(row, instance)));
}

export const apiKeysHandlers: Handlers = {
  ApiKeys_list: lists(apiKeys, {
    envelope: 'page',
    within: keysOf,
    filters: {
      query: (text: string, instance: Instance) => {
        const exact = instance.get(apiKeys, text);
        return containing<ApiKeyRow>((row, has) => row === exact || has(row.name) || has(row.description))(text, instance);
      },
    },
  }),

  ApiKeys_createKey: answers(({ instance, body }) => {
    const row = create(instance, body);
    return { ...apiKeys.show(row, instance), secret: row.secret };
  }),

  ApiKeys_verifyKey: answers(({ instance, body }) => {
    const row = mustBeGood(instance, apiKeys, instance.one(apiKeys, 'secret', body.secret));
    // Being used changes nothing about the key.
    instance.update(apiKeys, row, { last_used_at: instance.now(), updated_at: row.updated_at });
    return apiKeys.show(row, instance);
  }),

  ApiKeys_getById: answers((call) => apiKeys.show(named(call), call.instance)),

  ApiKeys_getSecret: answers((call) => ({ secret: named(call).secret })),

  ApiKeys_updateKey: answers(({ instance, path, body }) => {
    const columns = parseChange(instance, body);
    return apiKeys.show(instance.update(apiKeys, named({ instance, path }), columns), instance);
  }),

  ApiKeys_revokeKey: answers(({ instance, path, body }) => {
    const row = named({ instance, path });
    revoke(instance, apiKeys, row, body.revocation_reason);
    return apiKeys.show(row, instance);
  }),

  ApiKeys_deleteById: answers((call) => {
    const row = named(call);
    call.instance.delete(apiKeys, row);
    return deleted(apiKeys, row);
  }),
};
