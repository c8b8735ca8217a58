import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { accessCalls, removedAccess } from './calls-access.js';
import { call, differencesIn, type Impossible, idOf, type Needed, type NeededCall, type Wanted, wantedIn } from './needed.js';
import type { Fields } from './sections.js';

/** The calls that make an instance what a configuration says, each after those that it depends on. */
export function neededCalls(wanted: Wanted): Needed {
  const access = accessCalls(wanted);
  const templates = templateCalls(wanted);
  const messages = messageCalls(wanted);
  const removed = wanted.prune ? removedAccess(wanted) : { calls: [], notes: [] };
  return {
    calls: [
      ...access.calls,
      ...templates.calls,
      ...listed(wanted, 'added'),
      ...settings(wanted),
      ...messages.calls,
      ...(wanted.prune ? [...removedTemplates(wanted), ...revertedMessages(wanted), ...listed(wanted, 'removed')] : []),
      ...removed.calls,
    ],
    notes: [...access.notes, ...removed.notes, ...leftNotes(wanted), ...unreadNotes(wanted)],
    impossible: [...access.impossible, ...templates.impossible, ...messages.impossible],
  };
}

const LISTS = [
  {
    section: 'redirect_urls',
    input: 'url',
    add: 'RedirectUrLs_createNewUrl',
    remove: 'RedirectUrLs_removeById',
    id: 'id',
  },
  {
    section: 'allowlist_identifiers',
    input: 'identifier',
    add: 'AllowlistBlocklist_addIdentifierToAllowList',
    remove: 'AllowlistBlocklist_deleteIdentifier',
    id: 'identifier_id',
  },
  {
    section: 'blocklist_identifiers',
    input: 'identifier',
    add: 'AllowlistBlocklist_addIdentifier',
    remove: 'AllowlistBlocklist_deleteIdentifierFromBlocklist',
    id: 'identifier_id',
  },
] as const;

const listed = (wanted: Wanted, kind: 'added' | 'removed'): NeededCall[] =>
  LISTS.flatMap(({ section, input, add, remove, id }) =>
    differencesIn(wanted, section, kind).map((each) =>
      kind === 'added'
        ? call(`add-${section}`, add, each, { [input]: each.key })
        : call(`remove-${section}`, remove, each, { [id]: idOf(wanted, section, each.key) }),
    ),
  );

const SETTINGS = [
  { section: 'instance', operation: 'InstanceSettings_updateInstanceSettings' },
  { section: 'protect', operation: 'InstanceSettings_updateProtect' },
  { section: 'communication', operation: 'InstanceSettings_updateCommunication' },
  { section: 'oauth_application_settings', operation: 'InstanceSettings_updateOAuthApplicationSettings' },
] as const;

const settings = (wanted: Wanted): NeededCall[] =>
  SETTINGS.flatMap(({ section, operation }) =>
    differencesIn(wanted, section, 'changed').map((each) => call(section, operation, each, wantedIn(each))),
  );

function templateCalls(wanted: Wanted): Pick<Needed, 'calls' | 'impossible'> {
  const calls: NeededCall[] = [];
  const impossible: Impossible[] = [];
  const differences = [...differencesIn(wanted, 'jwt_templates', 'added'), ...differencesIn(wanted, 'jwt_templates', 'changed')];
  for (const each of differences) {
    const { section, key, kind } = each;
    const fields = wanted.configuration.get(section)?.get(key) ?? {};
    const before = kind === 'changed' ? (wanted.live.configuration.get(section)?.get(key) ?? {}) : {};
    const signed = signing(key, { ...before, ...fields }, before, wanted);
    if (typeof signed === 'string') {
      impossible.push({ of: each, field: 'signing_key', problem: signed });
      continue;
    }
    const { signing_key: _, signing_algorithm: __, ...plain } = fields;
    const args = { name: key, ...plain, ...signed };
    calls.push(
      kind === 'added'
        ? call('add-jwt_templates', 'JwtTemplates_createTemplate', each, args)
        : call('jwt_templates', 'JwtTemplates_updateTemplateById', each, { template_id: idOf(wanted, section, key), ...args }),
    );
  }
  return { calls, impossible };
}

/** What a template is signed with, as inputs; or what is lacking. Clerk takes a key of its own with every change. */
function signing(template: string, now: Fields, before: Fields, { keyOf }: Wanted): Arguments | string {
  if (!isRecord(now.signing_key)) return isRecord(before.signing_key) ? { custom_signing_key: false } : {};
  const variable = String(now.signing_key.env);
  const key = keyOf(template, variable);
  if (key === undefined)
    return `is missing: give it in ${variable}, or in a file by --signing-key ${template}=FILE, to clerk-mcp config apply`;
  if (typeof now.signing_algorithm !== 'string') return 'needs a signing_algorithm beside it, like RS256';
  return { custom_signing_key: true, signing_algorithm: now.signing_algorithm, signing_key: key };
}

const removedTemplates = (wanted: Wanted): NeededCall[] =>
  differencesIn(wanted, 'jwt_templates', 'removed').map((each) =>
    call('remove-jwt_templates', 'JwtTemplates_deleteTemplateById', each, { template_id: idOf(wanted, each.section, each.key) }),
  );

const MESSAGES = [
  { section: 'email_templates', template_type: 'email' },
  { section: 'sms_templates', template_type: 'sms' },
] as const;

/** Texts of the instance's own, which take the place of Clerk's. */
function messageCalls(wanted: Wanted): Pick<Needed, 'calls' | 'impossible'> {
  const calls: NeededCall[] = [];
  const impossible: Impossible[] = [];
  for (const { section, template_type } of MESSAGES) {
    for (const each of [...differencesIn(wanted, section, 'added'), ...differencesIn(wanted, section, 'changed')]) {
      const args = { template_type, slug: each.key, ...wantedIn(each) };
      if (wanted.live.ids.get(section)?.has(each.key))
        calls.push(call(section, 'EmailSmsTemplates_updateTemplateByTypeAndSlug', each, args));
      else impossible.push({ of: each, problem: `is no ${template_type} template that the instance has` });
    }
  }
  return { calls, impossible };
}

const revertedMessages = (wanted: Wanted): NeededCall[] =>
  MESSAGES.flatMap(({ section, template_type }) =>
    differencesIn(wanted, section, 'removed').map((each) =>
      call(`revert-${section}`, 'EmailSmsTemplates_revertTemplate', each, { template_type, slug: each.key }),
    ),
  );

function leftNotes({ comparison, prune }: Wanted): readonly string[] {
  const left = comparison.differences.filter(({ kind }) => kind === 'removed').length;
  return prune || left === 0 ? [] : [`${left} that only the instance has ${left === 1 ? 'stays' : 'stay'}: only prune deletes.`];
}

const unreadNotes = ({ comparison }: Wanted): readonly string[] =>
  [...comparison.notCompared].map(([section, why]) => `Nothing is done about ${section}: ${why}`);
